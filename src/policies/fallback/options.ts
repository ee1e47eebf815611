import { expected } from '../../options.ts';
import type { Handles, HandlesResult } from '../types.ts';
import type { Copy } from './copy.ts';

/** When a fallback answers, where it is not for all that the stack acts on. */
export interface Handled {
  /** @default what the stack acts on, open circuits, and full bulkheads */
  readonly handle?: Handles | undefined;
  readonly handleResult?: HandlesResult | undefined;
}

/** `T` is what the function returns, `A` are its arguments. */
export interface Kept<T = unknown, A extends readonly unknown[] = readonly unknown[]>
  extends Handled {
  /**
   * The key of a call, made of its arguments; without the signal. A function or a method that is
   * wrapped by `resilient` has keys of its own in any case. A policy that is executed by hand knows
   * no arguments: without `key`, nothing is kept of its calls.
   * @default all arguments, as text, if they are primitives, dates, plain objects and arrays
   */
  readonly key?: ((...args: A) => string | undefined) | undefined;
  /** Whether each instance of a class has values of its own. @default true */
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
  for (const name of ['key', 'keep', 'handle', 'handleResult', 'onStale', 'answer'] as const) {
    if (given[name] !== undefined && typeof given[name] !== 'function') {
      throw expected(`\`${name}\` to be a function`, given[name]);
    }
  }
}
