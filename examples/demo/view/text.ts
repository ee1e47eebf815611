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

/** A piece of a line; its width is its length, as no character here takes two columns. */
export type Segment = readonly [text: string, style?: Style];

export type Line = readonly Segment[];

/** A line in colour, cut to a width. */
export function paint(line: Line, width: number, ansis: Ansis): string {
  let left = width;
  let painted = '';
  for (const [text, style = 'plain'] of line) {
    if (left <= 0) break;
    const cut = text.length > left ? `${text.slice(0, left - 1)}…` : text;
    left -= cut.length;
    painted += STYLES[style](ansis)(cut);
  }
  return painted;
}

export function lengthOf(line: Line): number {
  return line.reduce((total, [text]) => total + text.length, 0);
}

/** Pads a piece to a column's width. */
export function fit(line: Line, width: number): Line {
  const length = lengthOf(line);
  return length <= width ? [...line, [' '.repeat(width - length)]] : [['…'.padStart(width)]];
}

export function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
