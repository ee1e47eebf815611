/** Longest text shown in a line, in characters. */
const MAX_LENGTH = 200;
/** Characters that are examined. */
const MAX_EXAMINED = 10 * MAX_LENGTH;

/** Reduces arbitrary text to one line that is safe in a log or a terminal. */
export function sanitizeLine(text: string): string {
  const [first = ''] = text
    .trimStart()
    .slice(0, MAX_EXAMINED)
    .split(/[\r\n\u2028\u2029]/);
  // A copy, because a substring keeps the whole text in memory.
  const characters = [...first.replaceAll(/[\s\p{C}]+/gu, ' ').trim()];
  if (characters.length <= MAX_LENGTH) return characters.join('');
  return `${characters.slice(0, MAX_LENGTH - 1).join('')}…`;
}
