export function code(text: string): string {
  return `\`${text}\``;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/**
 * Puts a generated block into a page that is written by hand, between two markers.
 *
 * @throws Error if the page does not have both markers, once, in their order
 */
export function withBlock(page: string, name: string, block: string): string {
  const begin = `<!-- ${name}:begin -->`;
  const end = `<!-- ${name}:end -->`;
  const [before, rest, ...more] = page.split(begin);
  const [, after, ...further] = rest?.split(end) ?? [];
  if (after === undefined || more.length > 0 || further.length > 0) {
    throw new Error(`Expected the page to have one ${begin} and after it one ${end}`);
  }
  return `${before}${begin}\n${block}\n${end}${after}`;
}
