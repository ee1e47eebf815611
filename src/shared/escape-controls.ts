/** Controls, line breaks, and marks that change the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Escapes control characters that a terminal would interpret, such as `\u001b`. */
export function escapeControls(text: string): string {
  return text.replace(UNPRINTABLE, toEscape);
}

/** JSON of a value that is safe to print; line breaks of the indentation stay. */
export function toPrintableJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(UNPRINTABLE, (match) =>
    match === '\n' ? match : toEscape(match),
  );
}

function toEscape(match: string): string {
  return match
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
