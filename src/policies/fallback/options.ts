import { expected } from '../../shared/validate.ts';
import type { FilterSettings } from '../members/types.ts';
import type { CopyMode } from './copy-mode.ts';

/**
 * Options of fallbacks that answer with stored values. `T` is the value of the wrapped function, `A`
 * are its arguments.
 *
 * @example
 * const options: StoreOptions<Rates, [currency: string]> = { key: (currency) => currency, maxKeys: 50 };
 */
export interface StoreOptions<T = unknown, A extends readonly unknown[] = readonly unknown[]>
  extends FilterSettings {
  /**
   * Creates the key of a call from its arguments, without the signal, when the call begins. Calls with
   * the same key may get each other's values, so the key must include everything that the value
   * depends on, such as the tenant or user in an AsyncLocalStorage. `undefined` stores nothing.
   *
   * Each wrapped function has its own keys. A policy that is executed directly does not know the
   * arguments: its `key` must not depend on them, or nothing is stored.
   * @example
   * (tenant, id) => JSON.stringify([tenant, id])
   */
  readonly key: (...args: A) => string | undefined;
  /**
   * Whether each instance of a class has its own values, and with `createFetch` each variant of a
   * request: method, headers, body, dispatcher and other options. `false`: only `key` counts.
   * @default true
   */
  readonly perInstance?: boolean | undefined;
  /**
   * Whether a value is stored. Values that are failures never are.
   * @default all values but errors and objects whose `ok` is `false`
   */
  readonly keep?: ((value: T) => boolean) | undefined;
  /**
   * Stored keys per policy. The least recently used one is evicted.
   * @default 1000
   */
  readonly maxKeys?: number | undefined;
  /**
   * How a stored value is copied, so that callers cannot change it.
   * @default 'clone'
   */
  readonly copy?: CopyMode<T> | undefined;
}

/** The limit of lru-cache. */
const MAX_KEYS = 2 ** 32 - 1;

export interface AgeLimit {
  /** Milliseconds. */
  readonly maxAge: number;
}

type Unvalidated<T> = { readonly [K in keyof T]: unknown };

/** @throws TypeError that names the option and what was expected */
export function assertStoreOptions(options: object): void {
  const values = options as Readonly<Record<string, unknown>>;
  const {
    maxAge,
    maxKeys = 1,
    perInstance = true,
  } = values as Unvalidated<StoreOptions & AgeLimit>;
  if (typeof maxAge !== 'number' || !(maxAge > 0) || maxAge === Infinity) {
    throw expected('`maxAge` to be finite milliseconds above 0', maxAge);
  }
  if (!Number.isInteger(maxKeys) || Number(maxKeys) < 1 || Number(maxKeys) > MAX_KEYS) {
    throw expected('`maxKeys` to be an integer of at least 1', maxKeys);
  }
  if (typeof perInstance !== 'boolean') {
    throw expected('`perInstance` to be a boolean', perInstance);
  }
  if (typeof values['key'] !== 'function') {
    throw expected(
      '`key` to be a function that makes the key of a call from its arguments, such as `(id) => id`',
      values['key'],
    );
  }
  for (const name of ['keep', 'handle', 'handleResult', 'onStale', 'answer'] as const) {
    if (values[name] !== undefined && typeof values[name] !== 'function') {
      throw expected(`\`${name}\` to be a function`, values[name]);
    }
  }
}
