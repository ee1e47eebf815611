import { types } from 'node:util';
import { expected } from '../../shared/validate.ts';

/**
 * How a value that more than one caller may get is kept from being changed by one of them:
 * - `clone`: each gets a copy of his own, by `structuredClone`
 * - `freeze`: all get the same copy, frozen to its depths
 * - `reference`: all get the very value; for what nobody changes
 * - a function: makes the copy, both of what is kept and of what is handed out
 */
export type Copy<T = never> = 'clone' | 'freeze' | 'reference' | ((value: T) => T);

export interface Copier {
  /** @throws Error if the value can't be copied */
  keep(value: unknown): unknown;
  hand(kept: unknown): unknown;
}

const NAMED: Readonly<Record<Extract<Copy, string>, Copier>> = {
  clone: { keep: clone, hand: (kept) => (isObject(kept) ? structuredClone(kept) : kept) },
  freeze: { keep: (value) => freeze(clone(value)), hand: (kept) => kept },
  reference: { keep: (value) => value, hand: (kept) => kept },
};

/** @throws TypeError if it is no way to copy */
export function copierOf(copy: unknown = 'clone'): Copier {
  if (typeof copy === 'function') {
    const made = copy as (value: unknown) => unknown;
    return { keep: (value) => made(value), hand: (kept) => made(kept) };
  }
  if (typeof copy === 'string' && Object.hasOwn(NAMED, copy)) return NAMED[copy as 'clone'];
  throw expected("`copy` to be 'clone', 'freeze', 'reference' or a function", copy);
}

/** @throws TypeError if the copy would not be like the value: a class is lost, a function refused */
function clone(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw expected('a value that can be cloned', value);
  }
  if (!isObject(value)) return value;
  const copy = cloned(value);
  assertAlike(value, copy, new Set());
  return copy;
}

function cloned(value: object): object {
  try {
    return structuredClone(value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`Expected a value that can be cloned, got one that is not: ${why}`, {
      cause,
    });
  }
}

function assertAlike(value: unknown, copy: unknown, seen: Set<unknown>): void {
  if (!isObject(value) || seen.has(value)) return;
  seen.add(value);
  // By name, as a copy may come from another realm.
  const name = classOf(value);
  if (name !== classOf(copy)) {
    throw new TypeError(
      `Expected a value that can be cloned, got one of class ${name}, which its copy would not have`,
    );
  }
  const copies = insideOf(copy);
  for (const [index, each] of insideOf(value).entries()) assertAlike(each, copies[index], seen);
}

/** Only what is plain can be frozen: a map, a date and an array of bytes are not by freezing them. */
function freeze(value: unknown): unknown {
  if (!isObject(value) || Object.isFrozen(value)) return value;
  if (!Array.isArray(value) && classOf(value) !== 'Object') {
    throw expected('a value of plain objects and arrays, which can be frozen', value);
  }
  Object.freeze(value);
  insideOf(value).forEach(freeze);
  return value;
}

function classOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  // Under a fake clock dates have a class of its own, which their copies have not.
  if (types.isDate(value)) return 'Date';
  const prototype: { constructor?: { name?: string } } | null = Object.getPrototypeOf(value);
  return prototype === null ? 'Object' : prototype.constructor?.name;
}

/** The values inside of one, in an order that its copy shares. */
function insideOf(value: unknown): unknown[] {
  if (!isObject(value) || ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  return Object.values(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
