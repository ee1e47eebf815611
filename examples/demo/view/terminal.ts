import { Ansis } from 'ansis';
import type { Demo } from '../demo.ts';
import { Rates } from '../rates.ts';
import { frame } from './screen.ts';
import { summary } from './summary.ts';
import { type Line, paint } from './text.ts';
import type { View } from './view.ts';

const FRAME_MS = 200;

/** https://invisible-island.net/xterm/ctlseqs/ctlseqs.html; 2026 keeps a frame from tearing. */
const CSI = '\u001B[';
const ENTER = `${CSI}?1049h${CSI}?25l`;
const LEAVE = `${CSI}?25h${CSI}?1049l`;
const BEGIN_FRAME = `${CSI}?2026h${CSI}H`;
const END_FRAME = `${CSI}J${CSI}?2026l`;
const END_LINE = `${CSI}K`;

/** A picture of the demo on a screen of its own, which is left as it was found. */
export function terminal(demo: Demo, out: NodeJS.WriteStream): View {
  const ansis = new Ansis();
  const coloured = ansis.isSupported();
  const rates = new Rates();
  const picture = (): string[] => {
    const { columns: width = 80, rows: height = 24 } = out;
    return frame(demo, rates, { width, height, coloured }).map((line) => paint(line, width, ansis));
  };
  const write = (lines: readonly Line[]) => {
    out.write(lines.map((line) => `${paint(line, Number.POSITIVE_INFINITY, ansis)}\n`).join(''));
  };
  const draw = () => {
    out.write(BEGIN_FRAME + picture().join(`${END_LINE}\r\n`) + END_LINE + END_FRAME);
  };

  const leave = () => out.write(LEAVE);
  out.write(ENTER);
  process.once('exit', leave);
  draw();
  const timer = setInterval(() => {
    rates.read();
    draw();
  }, FRAME_MS);
  out.on('resize', draw);
  return {
    end: () => {
      clearInterval(timer);
      out.off('resize', draw);
      process.off('exit', leave);
      leave();
      out.write(`${picture().join('\n')}\n`);
    },
    summarise: (audits) => write(summary(demo, audits)),
  };
}
