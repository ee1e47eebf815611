/** Longest text that an error message shows, in characters. */
const MAX_LENGTH = 200;

/** Whether a value is a plain object, not an array, Map or instance of a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** @throws TypeError if the value is no object or has an unknown key */
export function assertKeys(path: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw expected(`\`${path}\` to be an object`, value);
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new TypeError(`Expected \`${path}\` to have only ${known.join(', ')}, got \`${unknown}\``);
}

/**
 * Returns a copy of options without a prototype, so that a polluted `Object.prototype` adds no options.
 *
 * @throws TypeError if the value is no object or has an unknown key
 */
export function ownOptions<T extends object>(path: string, value: T, known: readonly string[]): T {
  assertKeys(path, value, known);
  return Object.assign(Object.create(null), value);
}

/** Creates the error for an invalid value. */
export function expected(expectation: string, received: unknown): TypeError {
  return new TypeError(`Expected ${expectation}, got ${describe(received)}`);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** A value may have megabytes. */
function shorten(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH - 1)}…`;
}

/** Returns a copy of options without a prototype, so that a polluted `Object.prototype` adds none. */
export function ownProperties<T extends object>(options: T): T {
  return Object.assign(Object.create(null), options);
}

/** Reads one own property; cheaper than a copy of all. */
export function ownProperty<T extends object, K extends keyof T>(
  options: T,
  name: K,
): T[K] | undefined {
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

/** Reads a property of an object or its class; `undefined` if a getter throws. */
export function readProperty(value: object, key: string): unknown {
  try {
    if (Object.hasOwn(Object.prototype, key) && !isDeclared(value, key)) return undefined;
    return (value as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}

function isDeclared(value: object, key: string): boolean {
  let holder: object | null = value;
  while (holder !== null && holder !== Object.prototype) {
    if (Object.hasOwn(holder, key)) return true;
    holder = Object.getPrototypeOf(holder);
  }
  return false;
}
