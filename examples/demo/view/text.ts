import type { Ansis } from 'ansis';

const STYLES = {
  plain: () => (text: string) => text,
  dim: (ansis: Ansis) => ansis.dim,
  bold: (ansis: Ansis) => ansis.bold,
  inverse: (ansis: Ansis) => ansis.inverse,
  success: (ansis: Ansis) => ansis.green,
  fallback: (ansis: Ansis) => ansis.cyan,
  failure: (ansis: Ansis) => ansis.red,
  rejected: (ansis: Ansis) => ansis.magenta,
  timed_out: (ansis: Ansis) => ansis.yellow,
  cancelled: (ansis: Ansis) => ansis.gray,
  good: (ansis: Ansis) => ansis.green,
  warning: (ansis: Ansis) => ansis.yellow,
  bad: (ansis: Ansis) => ansis.red,
  news: (ansis: Ansis) => ansis.bold.cyan,
  page: (ansis: Ansis) => ansis.bold.red,
} as const satisfies Record<string, (ansis: Ansis) => (text: string) => string>;

export type Style = keyof typeof STYLES;

/** A part of a line. Its width is its length, because all characters are one column wide. */
export type Segment = readonly [text: string, style?: Style];

export type Line = readonly Segment[];

/** Styles a line and cuts it to a width. */
export function styleLine(line: Line, width: number, ansis: Ansis): string {
  let remaining = width;
  let styled = '';
  for (const [text, style = 'plain'] of line) {
    if (remaining <= 0) break;
    const cut = text.length > remaining ? `${text.slice(0, remaining - 1)}…` : text;
    remaining -= cut.length;
    styled += STYLES[style](ansis)(cut);
  }
  return styled;
}

export function lengthOf(line: Line): number {
  return line.reduce((total, [text]) => total + text.length, 0);
}

/** Pads a line to the width of a column. */
export function padLine(line: Line, width: number): Line {
  const length = lengthOf(line);
  return length <= width ? [...line, [' '.repeat(width - length)]] : [['…'.padStart(width)]];
}

export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
