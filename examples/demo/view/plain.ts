import { Ansis } from 'ansis';
import type { Demo } from '../demo.ts';
import { Rates } from '../rates.ts';
import { SCALE } from '../scale.ts';
import { toLine } from './screen.ts';
import { createSummary } from './summary.ts';
import { createTable } from './table.ts';
import { type Line, styleLine } from './text.ts';
import type { View } from './view.ts';

const SAMPLE_MS = 200;
const TABLE_MS = 5000;

/** Prints events as they occur, and a table every five seconds. */
export function createPlainView(demo: Demo, out: NodeJS.WriteStream): View {
  const ansis = new Ansis(0);
  const write = (...lines: Line[]) => {
    const styled = lines.map((line) => styleLine(line, Number.POSITIVE_INFINITY, ansis).trimEnd());
    out.write(`${styled.join('\n')}\n`);
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
  } else write([[demo.monitoringProblem]]);

  const rates = new Rates();
  demo.log.listener = (entry) => write(toLine(entry));
  const sampling = setInterval(() => rates.read(), SAMPLE_MS);
  const printing = setInterval(() => {
    const rows = demo.clients.map((client) => rates.row(client));
    write(...createTable(rows, Number.POSITIVE_INFINITY, false));
  }, TABLE_MS);
  return {
    end: () => {
      clearInterval(sampling);
      clearInterval(printing);
    },
    showSummary: (audits) => write(...createSummary(demo, audits)),
  };
}
