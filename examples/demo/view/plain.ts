import { Ansis } from 'ansis';
import type { Demo } from '../demo.ts';
import { Rates } from '../rates.ts';
import { SCALE } from '../scale.ts';
import { lineOf } from './screen.ts';
import { summary } from './summary.ts';
import { table } from './table.ts';
import { type Line, paint } from './text.ts';
import type { View } from './view.ts';

const READ_MS = 200;
const TABLE_MS = 5000;

/** The demo as lines: what happens when it happens, and every five seconds a table. */
export function plain(demo: Demo, out: NodeJS.WriteStream): View {
  const ansis = new Ansis(0);
  const write = (...lines: Line[]) => {
    const painted = lines.map((line) => paint(line, Number.POSITIVE_INFINITY, ansis).trimEnd());
    out.write(`${painted.join('\n')}\n`);
  };
  write(
    [[`1 s here is ${SCALE / 60} min of production: all documented times are divided by ${SCALE}`]],
    [['metrics       '], [demo.metrics]],
  );
  if (demo.monitoring) {
    write(
      [['prometheus    '], [demo.monitoring.prometheus]],
      [['alertmanager  '], [demo.monitoring.alertmanager]],
    );
  } else write([[demo.unmonitored]]);

  const rates = new Rates();
  demo.feed.listener = (entry) => write(lineOf(entry));
  const reading = setInterval(() => rates.read(), READ_MS);
  const showing = setInterval(() => {
    const rows = demo.clients.map((client) => rates.row(client));
    write(...table(rows, Number.POSITIVE_INFINITY, false));
  }, TABLE_MS);
  return {
    end: () => {
      clearInterval(reading);
      clearInterval(showing);
    },
    summarise: (audits) => write(...summary(demo, audits)),
  };
}
