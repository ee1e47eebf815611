/** Increased when the shape of a shared value changes. Copies with different numbers share nothing. */
const PROTOCOL = 1;

/**
 * Returns a value that all copies of this package in the process share. Duplicate installs are
 * common: the health routes of one copy show the policies of the other, and a stack may contain
 * policies of both.
 */
export function processWide<T extends object>(name: string, create: () => T): T {
  const key = Symbol.for(`cockatiel-otel.${name}.${PROTOCOL}`);
  const shared = globalThis as { [key: symbol]: T | undefined };
  shared[key] ??= create();
  return shared[key];
}
