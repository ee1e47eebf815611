/**
 * What a terminal obeys or draws out of order: escape sequences, line breaks, marks that turn the
 * direction of text.
 */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of others as it can be printed, with what a terminal would obey spelled, as `\u001b`. */
export function escapeControls(text: string): string {
  return text.replace(OBEYED, spelled);
}

/** JSON of the same value that can be printed; breaks between lines stay. */
export function json(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(OBEYED, (found) =>
    found === '\n' ? found : spelled(found),
  );
}

function spelled(found: string): string {
  return found
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
