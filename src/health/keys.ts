import { assertOnly, expected } from '../options.ts';

/** @throws TypeError naming what is unknown, or that it is no object */
export function assertKeys(path: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw expected(`\`${path}\` to be an object`, value);
  }
  assertOnly(path, value, known);
}
