import { createHash } from 'node:crypto';
import { expected } from '../../shared/validate.ts';
import { currentInvocation, type Invocation } from '../call-context.ts';
import type { FallbackCall } from '../types.ts';

/** Makes the key of a call from its arguments; `undefined` keeps nothing of that call. */
export type KeyOf = (...args: readonly unknown[]) => string | undefined;

export interface Key {
  /** What `key` returned. */
  readonly shown: string;
  /** The same, with the function and the instance that were called. */
  readonly kept: string;
}

/** Arguments that no call has. */
const PROBES = Array.from({ length: 8 }, (_, index) => `cockatiel-otel probe ${index}`);

/** A longer key is kept as its hash. */
const LONGEST = 200;

/**
 * The key under which a call's value is kept; `undefined` where the user's `key` wants none.
 *
 * The user's `key` is required. A key made from the arguments alone cannot show what else a value
 * depends on: a tenant in an AsyncLocalStorage, a dispatcher, a closure.
 *
 * Two functions that share a policy have keys of their own, and so have two instances of a class.
 *
 * @throws TypeError if the key does not tell calls apart
 */
export function keyOf({ args }: FallbackCall, own: KeyOf, perInstance: boolean): Key | undefined {
  const invocation = currentInvocation();
  const { target, self } = invocation ?? {};
  const key: unknown = own(...args);
  // Also finds rest parameters and defaults, which `own.length` does not count.
  if (target === undefined && own(...PROBES) !== key) {
    throw new TypeError(
      'Expected `key` not to depend on arguments, as a policy that is executed directly does not know those of the call',
    );
  }
  if (key === undefined) return undefined;
  if (typeof key !== 'string') throw expected('`key` to return a string or undefined', key);
  const instance = perInstance ? `${idOf(self)} ${variantOf(invocation)}` : '';
  const whole = `${idOf(target)} ${instance} ${key}`;
  return {
    shown: key,
    kept: whole.length > LONGEST ? createHash('sha256').update(whole).digest('base64') : whole,
  };
}

function variantOf(invocation: Invocation | undefined): string {
  const text = invocation?.variant ? invocation.variant() : '';
  if (text === undefined)
    throw new TypeError(
      'Expected a call that can be compared with others, got a `Request` or a body that cannot',
    );
  return text;
}

const ids = new WeakMap<object, number>();
let last = 0;

/** A number for each object, and the value itself of what is no object. */
export function idOf(value: unknown): string {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    return JSON.stringify(`${typeof value} ${String(value)}`);
  }
  let id = ids.get(value);
  if (id === undefined) {
    id = ++last;
    ids.set(value, id);
  }
  return String(id);
}
