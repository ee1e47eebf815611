/** So long an answer may hold up the calls of the service before they have their turn, in ms. */
const TURN_MS = 0.25;

/**
 * An object as JSON. Its members are made one by one as they are asked for, and the service goes on
 * in between, however many there are.
 *
 * @param members have values that JSON has
 * @param seen is told of each
 */
export async function jsonInTurns<T>(
  members: Iterable<readonly [name: string, value: T]>,
  seen: (value: T) => void = () => {},
): Promise<string> {
  const written: string[] = [];
  let start = performance.now();
  for (const [name, value] of members) {
    seen(value);
    written.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
    if (performance.now() - start < TURN_MS) continue;
    await new Promise(setImmediate);
    start = performance.now();
  }
  return `{${written.join(',')}}`;
}
