/** Reads what users pass without what a polluted `Object.prototype` adds to every object. */

/** A copy of options that inherits nothing. */
export function ownProperties<T extends object>(options: T): T {
  return Object.assign(Object.create(null), options);
}

/** One option, where a copy of all would cost each call too much. */
export function ownProperty<T extends object, K extends keyof T>(
  options: T,
  name: K,
): T[K] | undefined {
  return Object.hasOwn(options, name) ? options[name] : undefined;
}

/** The value of a property of an object or its class; none of a getter that throws. */
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
