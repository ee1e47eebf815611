import { Ansis } from 'ansis';
import type { Demo } from '../demo.ts';
import { Rates } from '../rates.ts';
import { createFrame } from './screen.ts';
import { createSummary } from './summary.ts';
import { type Line, styleLine } from './text.ts';
import type { View } from './view.ts';

const FRAME_MS = 200;

/** https://invisible-island.net/xterm/ctlseqs/ctlseqs.html; mode 2026 draws a frame at once. */
const CSI = '\u001B[';
const ENTER = `${CSI}?1049h${CSI}?25l`;
const LEAVE = `${CSI}?25h${CSI}?1049l`;
const BEGIN_FRAME = `${CSI}?2026h${CSI}H`;
const END_FRAME = `${CSI}J${CSI}?2026l`;
const END_LINE = `${CSI}K`;

/** Shows the demo on the alternate screen of the terminal, and restores the terminal at the end. */
export function createTerminalView(demo: Demo, out: NodeJS.WriteStream): View {
  const ansis = new Ansis();
  const isColored = ansis.isSupported();
  const rates = new Rates();
  const styledLines = (): string[] => {
    const { columns: width = 80, rows: height = 24 } = out;
    return createFrame(demo, rates, { width, height, isColored }).map((line) =>
      styleLine(line, width, ansis),
    );
  };
  const write = (lines: readonly Line[]) => {
    out.write(
      lines.map((line) => `${styleLine(line, Number.POSITIVE_INFINITY, ansis)}\n`).join(''),
    );
  };
  const draw = () => {
    out.write(BEGIN_FRAME + styledLines().join(`${END_LINE}\r\n`) + END_LINE + END_FRAME);
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
      out.write(`${styledLines().join('\n')}\n`);
    },
    showSummary: (audits) => write(createSummary(demo, audits)),
  };
}
