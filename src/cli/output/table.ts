import stringWidth from 'fast-string-truncated-width';
import { escapeControls } from '../../shared/escape-controls.ts';
import { dim } from './colors.ts';

export type Colorize = (text: string) => string;

/** Text, with a color if it has one. */
export type Cell = string | readonly [text: string, colorize: Colorize];

/** Columns that no terminal makes narrower; the first column, with names, shrinks to more. */
const MIN_WIDTH = 8;
const MIN_NAME_WIDTH = 24;
const GAP = '  ';

/**
 * Formats rows as lines of aligned columns, with control characters escaped. If the lines are wider
 * than the terminal, the first column is truncated first, then the others from the last one on.
 *
 * @param columns the width of the terminal; without a terminal nothing is truncated
 */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const cells = [headings.map((heading): Cell => [heading, dim]), ...rows].map((row) =>
    row.map((cell) => {
      const [text, colorize] = typeof cell === 'string' ? [cell, identity] : cell;
      return { text: escapeControls(text), colorize };
    }),
  );
  const widths = headings.map((_, column) =>
    cells.reduce((max, row) => Math.max(max, stringWidth(row[column]?.text ?? '').width), 0),
  );
  shrink(widths, columns);
  return cells.map((row) =>
    row
      .map(({ text, colorize }, column) => {
        const width = widths[column] ?? 0;
        const visible = truncate(text, width);
        const isLast = column === row.length - 1;
        const padding = isLast ? 0 : width - stringWidth(visible).width;
        return colorize(visible) + ' '.repeat(padding);
      })
      .join(GAP)
      .trimEnd(),
  );
}

function identity(text: string): string {
  return text;
}

function shrink(widths: number[], columns: number): void {
  let excess = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length) - columns;
  function shrinkColumn(column: number, minWidth: number): void {
    const before = widths[column] ?? 0;
    const after = Math.max(before - Math.max(excess, 0), Math.min(before, minWidth));
    widths[column] = after;
    excess -= before - after;
  }
  shrinkColumn(0, MIN_NAME_WIDTH);
  for (let column = widths.length - 1; column > 0; column--) shrinkColumn(column, MIN_WIDTH);
  shrinkColumn(0, MIN_WIDTH);
}

/** Text in at most that many columns, with `…` at the end if it is truncated. */
export function truncate(text: string, columns: number): string {
  const { index, ellipsed } = stringWidth(text, {
    limit: columns,
    ellipsis: '…',
    ellipsisWidth: 1,
  });
  return ellipsed ? `${text.slice(0, index)}…` : text;
}
