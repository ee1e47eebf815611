/** Longest text that an error message shows, in characters. */
const SHOWN = 200;

/** No array, Map or instance of a class, whose entries would be lost. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** @throws TypeError naming what is unknown, or that it is no object */
export function assertKeys(path: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw expected(`\`${path}\` to be an object`, value);
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(`Expected \`${path}\` to have only ${known.join(', ')}, got \`${unknown}\``);
}

/**
 * A copy of options with their own members only: what a polluted `Object.prototype` has is no option.
 *
 * @throws TypeError naming what is unknown, or that it is no object
 */
export function ownOptions<T extends object>(path: string, value: T, known: readonly string[]): T {
  assertKeys(path, value, known);
  return Object.assign(Object.create(null), value);
}

export function expected(what: string, got: unknown): TypeError {
  return new TypeError(`Expected ${what}, got ${describe(got)}`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** A text of others may have megabytes; a message shows its begin. */
function shorten(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN - 1)}…`;
}
