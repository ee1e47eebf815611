/** Characters of an error message. */
const MAX_LENGTH = 500;

/** Name and message of an error. Never throws. */
export function errorText(error: unknown): string {
  try {
    const message = error instanceof Error ? error.message : String(error);
    const text = message.slice(0, MAX_LENGTH);
    return error instanceof Error ? `${error.name}: ${text}` : text;
  } catch {
    return 'an error that cannot be read';
  }
}
