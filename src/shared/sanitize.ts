/** Longest text shown in a line, in characters. */
const LONGEST = 200;
/** More of a text is not looked at. */
const LOOKED_AT = 10 * LONGEST;

/** Text of others in one line that can do no harm to a log or a terminal. */
export function sanitizeLine(text: string): string {
  const [first = ''] = text
    .trimStart()
    .slice(0, LOOKED_AT)
    .split(/[\r\n\u2028\u2029]/);
  // A copy, as a part of a long text keeps all of it in memory.
  const characters = [...first.replaceAll(/[\s\p{C}]+/gu, ' ').trim()];
  if (characters.length <= LONGEST) return characters.join('');
  return `${characters.slice(0, LONGEST - 1).join('')}…`;
}
