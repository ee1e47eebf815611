/**
 * Runs a check for every item and returns the items that fail, each with the message of its error. A
 * test that expects an empty list reports all of them at once.
 *
 * @param title the name of an item in the result
 */
export function offenders<T>(
  items: Iterable<T>,
  title: (item: T) => string,
  check: (item: T) => void,
): string[] {
  const failures: string[] = [];
  for (const item of items) {
    try {
      check(item);
    } catch (error) {
      failures.push(`${title(item)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return failures;
}
