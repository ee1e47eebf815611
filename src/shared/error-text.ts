/** Longest text of an error that is shown, in characters. */
const LONGEST = 500;

/** An error in a few words. Never throws; a message of megabytes is cut before all else. */
export function errorText(error: unknown): string {
  try {
    const message = error instanceof Error ? error.message : String(error);
    const text = message.slice(0, LONGEST);
    return error instanceof Error ? `${error.name}: ${text}` : text;
  } catch {
    return 'an error that cannot be read';
  }
}
