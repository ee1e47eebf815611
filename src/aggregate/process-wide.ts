/** Changes with the shape of what the copies share; copies of different versions share nothing. */
const PROTOCOL = 1;

/**
 * A value that all copies of this package in one process share, as duplicate installs are common:
 * one copy's routes show the policies of the other, and a stack may have members of both.
 */
export function processWide<T extends object>(name: string, create: () => T): T {
  const key = Symbol.for(`cockatiel-otel.${name}.${PROTOCOL}`);
  const shared = globalThis as { [key: symbol]: T | undefined };
  shared[key] ??= create();
  return shared[key];
}
