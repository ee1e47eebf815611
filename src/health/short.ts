/** Longer is nothing for a table. */
const LONGEST = 200;

/** Text of others in one line that can do no harm to a log or a terminal. */
export function short(text: string): string {
  const [first = ''] = text.trim().split(/[\r\n\u2028\u2029]/);
  const line = first.replaceAll(/[\s\p{C}]+/gu, ' ').trim();
  return line.length <= LONGEST ? line : `${[...line].slice(0, LONGEST - 1).join('')}…`;
}
