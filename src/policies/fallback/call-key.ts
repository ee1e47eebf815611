import { createHash } from 'node:crypto';
import { expected } from '../../shared/validate.ts';
import { currentInvocation, type Invocation } from '../members/call-context.ts';
import type { FallbackCall } from '../members/types.ts';

/** Creates the key of a call from its arguments; `undefined` stores nothing of that call. */
export type KeyFunction = (...args: readonly unknown[]) => string | undefined;

export interface CallKey {
  /** The key of the user's function. */
  readonly key: string;
  /** The same with the called function and its instance. */
  readonly storageKey: string;
}

/** Arguments that no caller passes. */
const PROBE_ARGS = Array.from({ length: 8 }, (_, index) => `cockatiel-otel probe ${index}`);

/** Longer storage keys are hashed. */
const MAX_KEY_LENGTH = 200;

/**
 * Creates the key under which the value of a call is stored; `undefined` if the user's function
 * returns `undefined`.
 *
 * The user must write the key function. Arguments alone do not show what else a value depends on, such
 * as a tenant in an AsyncLocalStorage, a dispatcher, or a closure.
 *
 * Two functions that share a policy have different keys, and so have two instances of a class.
 *
 * @throws TypeError if the key function cannot distinguish calls
 */
export function createCallKey(
  { args }: FallbackCall,
  keyFunction: KeyFunction,
  perInstance: boolean,
): CallKey | undefined {
  const invocation = currentInvocation();
  const { target, self } = invocation ?? {};
  const key: unknown = keyFunction(...args);
  // Also detects rest parameters and defaults, which `keyFunction.length` does not count.
  if (target === undefined && keyFunction(...PROBE_ARGS) !== key) {
    throw new TypeError(
      'Expected `key` not to depend on arguments, as a policy that is executed directly does not know those of the call',
    );
  }
  if (key === undefined) return undefined;
  if (typeof key !== 'string') throw expected('`key` to return a string or undefined', key);
  const instance = perInstance ? `${identityOf(self)} ${variantOf(invocation)}` : '';
  const fullKey = `${identityOf(target)} ${instance} ${key}`;
  const isTooLong = fullKey.length > MAX_KEY_LENGTH;
  return {
    key,
    storageKey: isTooLong ? createHash('sha256').update(fullKey).digest('base64') : fullKey,
  };
}

function variantOf(invocation: Invocation | undefined): string {
  const variant = invocation?.variant ? invocation.variant() : '';
  if (variant === undefined) {
    throw new TypeError(
      'Expected a call that can be compared with others, got a `Request` or a body that cannot',
    );
  }
  return variant;
}

const ids = new WeakMap<object, number>();
let lastId = 0;

/** A number for each object, and the text of every other value. */
export function identityOf(value: unknown): string {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    return JSON.stringify(`${typeof value} ${String(value)}`);
  }
  let id = ids.get(value);
  if (id === undefined) {
    id = ++lastId;
    ids.set(value, id);
  }
  return String(id);
}
