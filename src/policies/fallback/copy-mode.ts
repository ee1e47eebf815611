import { types } from 'node:util';
import { expected } from '../../shared/validate.ts';

/**
 * How a stored value is protected from callers that change it:
 * - `clone`: each caller gets its own copy, made by `structuredClone`
 * - `freeze`: all callers get the same deeply frozen copy
 * - `reference`: all callers get the value itself, which must not be changed
 * - a function: makes the copies, both of the stored value and for each caller
 *
 * @example
 * const copy: CopyMode<Response> = (response) => response.clone();
 */
export type CopyMode<T = never> = 'clone' | 'freeze' | 'reference' | ((value: T) => T);

/** Copies values into and out of a store. */
export interface Copier {
  /** @throws Error if the value cannot be copied */
  store(value: unknown): unknown;
  retrieve(stored: unknown): unknown;
}

const COPIERS: Readonly<Record<Extract<CopyMode, string>, Copier>> = {
  clone: {
    store: cloneExactly,
    retrieve: (stored) => (isObject(stored) ? structuredClone(stored) : stored),
  },
  freeze: { store: (value) => deepFreeze(cloneExactly(value)), retrieve: (stored) => stored },
  reference: { store: (value) => value, retrieve: (stored) => stored },
};

/** @throws TypeError if the copy mode is invalid */
export function createCopier(mode: unknown = 'clone'): Copier {
  if (typeof mode === 'function') {
    const copy = mode as (value: unknown) => unknown;
    return { store: (value) => copy(value), retrieve: (stored) => copy(stored) };
  }
  if (typeof mode === 'string' && Object.hasOwn(COPIERS, mode)) return COPIERS[mode as 'clone'];
  throw expected("`copy` to be 'clone', 'freeze', 'reference' or a function", mode);
}

/** @throws TypeError if the copy would differ from the value, for example in its class */
function cloneExactly(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw expected('a value that can be cloned', value);
  }
  if (!isObject(value)) return value;
  const copy = clone(value);
  assertSameClasses(value, copy, new Set());
  return copy;
}

function clone(value: object): object {
  try {
    return structuredClone(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`Expected a value that can be cloned, got one that is not: ${reason}`, {
      cause,
    });
  }
}

function assertSameClasses(value: unknown, copy: unknown, visited: Set<unknown>): void {
  if (!isObject(value) || visited.has(value)) return;
  visited.add(value);
  // Compared by name, because a copy may come from another realm.
  const name = classNameOf(value);
  if (name !== classNameOf(copy)) {
    throw new TypeError(
      `Expected a value that can be cloned, got one of class ${name}, which its copy would not have`,
    );
  }
  const copies = contentsOf(copy);
  for (const [index, item] of contentsOf(value).entries()) {
    assertSameClasses(item, copies[index], visited);
  }
}

/** Rejects maps, dates and typed arrays, whose content `Object.freeze` does not protect. */
function deepFreeze(value: unknown): unknown {
  if (!isObject(value) || Object.isFrozen(value)) return value;
  if (!Array.isArray(value) && classNameOf(value) !== 'Object') {
    throw expected('a value of plain objects and arrays, which can be frozen', value);
  }
  Object.freeze(value);
  contentsOf(value).forEach(deepFreeze);
  return value;
}

function classNameOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  // Fake clocks replace the class of dates, but not that of their copies.
  if (types.isDate(value)) return 'Date';
  const prototype: { constructor?: { name?: string } } | null = Object.getPrototypeOf(value);
  return prototype === null ? 'Object' : prototype.constructor?.name;
}

/** The values inside an object, in the same order for the object and its copy. */
function contentsOf(value: unknown): unknown[] {
  if (!isObject(value) || ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  return Object.values(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
