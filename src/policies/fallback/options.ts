import { expected } from '../../shared/validate.ts';
import type { Handles, HandlesResult } from '../types.ts';
import type { Copy } from './copy-mode.ts';

/** When a fallback answers, where it is not for all that the stack acts on. */
export interface Handled {
  /** @default transient errors, or what the stack's `handle` selects; open circuits; full bulkheads */
  readonly handle?: Handles | undefined;
  readonly handleResult?: HandlesResult | undefined;
}

/** `T` is what the function returns, `A` are its arguments. */
export interface Kept<T = unknown, A extends readonly unknown[] = readonly unknown[]>
  extends Handled {
  /**
   * Makes the key of a call from its arguments, without the signal. It is called when the call
   * begins. Two calls with one key may get each other's values, so the key must name everything that
   * the value depends on: also the tenant or user of an AsyncLocalStorage. `undefined` keeps nothing
   * of that call.
   *
   * Each wrapped function has keys of its own. A policy that is executed directly does not know the
   * arguments: its `key` must not depend on any, or nothing is kept.
   * @example
   * (tenant, id) => JSON.stringify([tenant, id])
   */
  readonly key: (...args: A) => string | undefined;
  /**
   * Whether each instance of a class has values of its own, and for `createFetch` each variant of a
   * request: method, headers, body, dispatcher and other options. `false`: only `key` counts.
   * @default true
   */
  readonly perInstance?: boolean | undefined;
  /**
   * Whether a value is good enough to be kept. Failed results never are.
   * @default every value that is no error and whose `ok`, if it has one, is not `false`
   */
  readonly keep?: ((value: T) => boolean) | undefined;
  /** So many keys are kept for each policy; those that were not used for longest go first. @default 1000 */
  readonly maxKeys?: number | undefined;
  /** @default 'clone' */
  readonly copy?: Copy<T> | undefined;
}

/** More, and an LRU cache can not number them. */
const MOST_KEYS = 2 ** 32 - 1;

export interface Aged {
  readonly maxAgeSeconds: number;
}

type Unknown<T> = { readonly [K in keyof T]: unknown };

/** @throws TypeError naming the option and what was expected */
export function assertKept(options: object): void {
  const given = options as Readonly<Record<string, unknown>>;
  const { maxAgeSeconds, maxKeys = 1, perInstance = true } = given as Unknown<Kept & Aged>;
  if (typeof maxAgeSeconds !== 'number' || !(maxAgeSeconds > 0) || maxAgeSeconds === Infinity) {
    throw expected('`maxAgeSeconds` to be a finite number above 0', maxAgeSeconds);
  }
  if (!Number.isInteger(maxKeys) || Number(maxKeys) < 1 || Number(maxKeys) > MOST_KEYS) {
    throw expected('`maxKeys` to be a whole number of at least 1', maxKeys);
  }
  if (typeof perInstance !== 'boolean') {
    throw expected('`perInstance` to be a boolean', perInstance);
  }
  if (typeof given['key'] !== 'function') {
    throw expected(
      '`key` to be a function that makes the key of a call from its arguments, such as `(id) => id`',
      given['key'],
    );
  }
  for (const name of ['keep', 'handle', 'handleResult', 'onStale', 'answer'] as const) {
    if (given[name] !== undefined && typeof given[name] !== 'function') {
      throw expected(`\`${name}\` to be a function`, given[name]);
    }
  }
}
