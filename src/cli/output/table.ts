import width from 'fast-string-truncated-width';
import { dim } from './colors.ts';
import { escapeControls } from './escape.ts';

export type Paint = (text: string) => string;

/** Text, or text in a colour. */
export type Cell = string | readonly [text: string, paint: Paint];

/** Not even a narrow terminal makes a column narrower; names keep more as long as they can. */
const NARROWEST = 8;
const NAME = 24;
const GAP = '  ';

/**
 * Columns side by side, as lines. Where they are wider than the terminal, the first is cut, which has
 * the names, and then from the last on. Whatever stands in a cell, a terminal does not obey it.
 *
 * @param columns the terminal's; none where there is no terminal, and then nothing is cut
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const cells = [headings.map((heading): Cell => [heading, dim]), ...rows].map((row) =>
    row.map((cell) => {
      const [text, paint] = typeof cell === 'string' ? [cell, plain] : cell;
      return { text: escapeControls(text), paint };
    }),
  );
  const widths = headings.map((_, column) =>
    cells.reduce((widest, row) => Math.max(widest, width(row[column]?.text ?? '').width), 0),
  );
  shrink(widths, columns);
  return cells.map((row) =>
    row
      .map(({ text, paint }, column) => {
        const cut = cutTo(text, widths[column] ?? 0);
        const isLast = column === row.length - 1;
        return paint(cut) + ' '.repeat(isLast ? 0 : (widths[column] ?? 0) - width(cut).width);
      })
      .join(GAP)
      .trimEnd(),
  );
}

function plain(text: string): string {
  return text;
}

function shrink(widths: number[], columns: number): void {
  let over = widths.reduce((sum, each) => sum + each + GAP.length, -GAP.length) - columns;
  function take(column: number, least: number): void {
    const before = widths[column] ?? 0;
    const after = Math.max(before - Math.max(over, 0), Math.min(before, least));
    widths[column] = after;
    over -= before - after;
  }
  take(0, NAME);
  for (let column = widths.length - 1; column > 0; column--) take(column, NARROWEST);
  take(0, NARROWEST);
}

/** What it must be cut to, to stand in so many columns, with a mark at its end. */
export function cutTo(text: string, columns: number): string {
  const { index, ellipsed } = width(text, { limit: columns, ellipsis: '…', ellipsisWidth: 1 });
  return ellipsed ? `${text.slice(0, index)}…` : text;
}
