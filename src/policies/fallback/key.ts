import { createHash } from 'node:crypto';
import { types } from 'node:util';
import type { FallbackCall } from '../types.ts';
import { currentCall } from './call.ts';

/** Makes the key of a call of its arguments; `undefined` keeps nothing of that call. */
export type KeyOf = (...args: readonly unknown[]) => string | undefined;

interface Key {
  /** Made of the arguments alone. */
  readonly shown: string;
  /** Told apart by function and instance. */
  readonly kept: string;
}

/** A longer key is kept as its hash. */
const LONGEST = 200;

/**
 * The key under which a call's answer is kept, or `undefined` where none can be told for sure:
 * nothing is kept then, as what is kept for one call must never answer another.
 *
 * Two functions that share a policy have keys of their own, and so have two instances of a class.
 */
export function keyOf(
  { args }: FallbackCall,
  own: KeyOf | undefined,
  perInstance: boolean,
): Key | undefined {
  const { target, self } = currentCall() ?? {};
  // Without a function of which they are the arguments, none are known, and all calls look alike.
  const key = own ? own(...args) : target && written(args);
  if (typeof key !== 'string') return undefined;
  const whole = `${idOf(target)} ${perInstance ? idOf(self) : ''} ${key}`;
  return {
    shown: key,
    kept: whole.length > LONGEST ? createHash('sha256').update(whole).digest('base64') : whole,
  };
}

/** A text that two values share only if they are alike; `undefined` where that can't be told. */
export function written(value: unknown): string | undefined {
  try {
    return write(value, []);
  } catch {
    // A getter that throws, or an object that is inside of itself.
    return undefined;
  }
}

function write(value: unknown, outer: readonly object[]): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : writeObject(value, outer);
    default:
      return undefined;
  }
}

function writeObject(value: object, outer: readonly object[]): string | undefined {
  // An instance of a class, or a proxy, may hold what is not to be seen.
  if (outer.includes(value) || types.isProxy(value)) return undefined;
  if (Object.getOwnPropertySymbols(value).length > 0) return undefined;
  const inside = (each: unknown) => write(each, [...outer, value]);
  if (Array.isArray(value)) {
    const values = isPlainArray(value) ? Array.from(value, inside) : [undefined];
    return values.includes(undefined) ? undefined : `[${values.join()}]`;
  }
  if (types.isDate(value)) return isPlainDate(value) ? `Date(${value.getTime()})` : undefined;
  if (!isPlain(value)) return undefined;
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, each]) => [JSON.stringify(key), inside(each)]);
  if (entries.some(([, each]) => each === undefined)) return undefined;
  return `{${entries.map((entry) => entry.join(':')).join()}}`;
}

/** By what prototypes have of their own, as an object may come from another realm. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  const isBare = prototype === null;
  if (!isBare && Object.getPrototypeOf(prototype) !== null) return false;
  return (isBare || Object.hasOwn(prototype, 'hasOwnProperty')) && showsAll(value);
}

/** Without gaps, and with nothing but its elements. */
function isPlainArray(value: readonly unknown[]): boolean {
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(prototype) || !Object.hasOwn(prototype, 'push')) return false;
  const names = Object.getOwnPropertyNames(value);
  // Indexes come first.
  return names.length === value.length + 1 && names[value.length] === 'length';
}

/** Under a fake clock dates have another class, and name it themselves. */
function isPlainDate(value: Date): boolean {
  const prototype = Object.getPrototypeOf(value);
  const isDate = prototype === Date.prototype || Object.hasOwn(prototype ?? {}, 'getTime');
  return isDate && Object.getOwnPropertyNames(value).every((name) => name === 'constructor');
}

function showsAll(value: object): boolean {
  return Object.getOwnPropertyNames(value).length === Object.keys(value).length;
}

const ids = new WeakMap<object, number>();
let last = 0;

/** A number for each object; none for what is no object. */
function idOf(value: unknown): number | '' {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return '';
  let id = ids.get(value);
  if (id === undefined) {
    id = ++last;
    ids.set(value, id);
  }
  return id;
}
