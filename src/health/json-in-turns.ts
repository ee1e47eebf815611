import { Turns } from './turns.ts';

/**
 * An object as JSON. Its members are read and written one by one, in turns.
 *
 * @param members have values that JSON has
 * @param seen is called with each value
 */
export async function jsonInTurns<T>(
  members: Iterable<readonly [name: string, value: T]>,
  seen: (value: T) => void = () => {},
): Promise<string> {
  const written: string[] = [];
  const turns = new Turns();
  for (const [name, value] of members) {
    seen(value);
    written.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
    if (turns.isOver) await turns.next();
  }
  return `{${written.join(',')}}`;
}
