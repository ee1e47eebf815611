import { POLICIES } from '../../presets/thresholds.ts';
import { ownProperties } from '../../shared/validate.ts';
import { toMilliseconds } from '../config/preset-settings.ts';
import type { FallbackCall, FallbackStrategy, FilterSettings } from '../members/types.ts';
import { type CopyMode, createCopier } from './copy-mode.ts';
import type { StoreOptions } from './options.ts';
import { StoredValues } from './stored-values.ts';

/**
 * Options of `fallbackTo.cached`.
 *
 * @example
 * const options: CachedOptions<Rates, [currency: string]> = { key: (currency) => currency, maxAge: 60_000 };
 */
export interface CachedOptions<T = unknown, A extends readonly unknown[] = readonly unknown[]>
  extends StoreOptions<T, A> {
  /**
   * Largest age of a value, in milliseconds since the attempt that returned it began.
   * @default 300_000
   */
  readonly maxAge?: number | undefined;
}

/**
 * A stored value that answers a call.
 *
 * @example
 * const warn = ({ key, age }: StaleValue) => logger.warn(`${key} is ${age} ms old`);
 */
export interface StaleValue {
  /** The name of the policy. */
  readonly name: string;
  /** The key of the call, from the option `key`. */
  readonly key: string;
  /** Milliseconds since the attempt that returned the value began. */
  readonly age: number;
  /** The arguments of the wrapped function. */
  readonly args: readonly unknown[];
  /** The error, or the value that is a failure. */
  readonly failure: unknown;
}

/**
 * Options of `fallbackTo.stale`.
 *
 * @example
 * const options: StaleOptions<Rates> = { key: () => 'rates', onStale: ({ age }) => logger.warn(`${age} ms old`) };
 */
export interface StaleOptions<F, T = unknown, A extends readonly unknown[] = readonly unknown[]>
  extends StoreOptions<T, A> {
  /**
   * Largest age of a value, in milliseconds since the attempt that returned it began.
   * @default 600_000
   */
  readonly maxAge?: number | undefined;
  /** Receives each stored value before the caller does. Errors and rejections are ignored. */
  readonly onStale?: ((stale: StaleValue) => void) | undefined;
  /**
   * Creates the answer from the stored value, for example with its age.
   * @default the stored value
   */
  readonly answer?: ((value: T, stale: StaleValue) => F) | undefined;
}

const EMPTY = { list: [], object: {}, text: '', nothing: undefined } as const;

/**
 * Fallback strategies: what a call returns when everything inside the fallback has failed.
 *
 * @example
 * createPolicy('rates', 'default', { fallback: fallbackTo.value({ EUR: 1 }) });
 */
export const fallbackTo = {
  /**
   * The same value for every call. Each caller gets its own copy, unless `copy` says otherwise.
   *
   * @throws TypeError if the value cannot be copied
   * @example
   * createPolicy('rates', 'default', { fallback: fallbackTo.value({ EUR: 1 }) });
   */
  value<T>(
    value: T,
    options: FilterSettings & { readonly copy?: CopyMode<T> | undefined } = {},
  ): FallbackStrategy<T> {
    const { copy, ...filters } = ownProperties(options);
    const copier = createCopier(copy);
    const stored = copier.store(value);
    return { ...filters, type: 'value', answer: () => copier.retrieve(stored) as T };
  },

  /**
   * The value that a function creates from the failure and the arguments of the call. A policy that is
   * executed directly has no arguments.
   *
   * @example
   * fallbackTo.function((error, currency: string) => ({ currency, rate: 1 }));
   */
  function<T, A extends readonly unknown[] = readonly unknown[]>(
    create: (failure: unknown, ...args: A) => T | PromiseLike<T>,
    filters: FilterSettings = {},
  ): FallbackStrategy<T> {
    return {
      ...filters,
      type: 'function',
      answer: (failure, { args }) => create(failure, ...(args as A)),
    };
  },

  /**
   * The last successful value, silently, while it is recent enough to be as good as a new one.
   *
   * @throws TypeError if an option is invalid; `key` is required
   * @example
   * resilient('rates', getRates, {
   *   overrides: { fallback: fallbackTo.cached({ key: (currency: string) => currency }) },
   * });
   */
  cached<T = unknown, A extends readonly unknown[] = readonly unknown[]>(
    options: CachedOptions<T, A>,
  ): FallbackStrategy<never> {
    const { answer, ...strategy } = storedStrategy(
      'cached',
      options as unknown as StoreOptions,
      POLICIES.fallback.stale.maxAgeSeconds,
    );
    return { ...strategy, answer: (failure, call) => answer(failure, call, ({ value }) => value) };
  },

  /**
   * The last successful value, although it is old: `onStale` and `answer` receive its age.
   *
   * @throws TypeError if an option is invalid; `key` is required
   * @example
   * fallbackTo.stale({
   *   key: (currency: string) => currency,
   *   onStale: ({ key, age }) => logger.warn(`${key} is ${age} ms old`),
   * });
   */
  stale<F = never, T = unknown, A extends readonly unknown[] = readonly unknown[]>(
    options: StaleOptions<F, T, A>,
  ): FallbackStrategy<F> {
    const { onStale, answer: createAnswer } = ownProperties(options);
    const { answer, ...strategy } = storedStrategy(
      'stale',
      options as unknown as StoreOptions,
      POLICIES.fallback.stale.longestMaxAgeSeconds,
    );
    return {
      ...strategy,
      answer: (failure, call) =>
        answer(failure, call, ({ value, ...recalled }) => {
          const stale = { name: call.name, ...recalled, args: call.args, failure };
          notify(onStale, stale);
          return createAnswer ? createAnswer(value as T, stale) : value;
        }) as F,
    };
  },

  /**
   * `true`, or another value that permits. For checks that protect nothing of value.
   *
   * @example
   * createPolicy('spam-check', 'http', { fallback: fallbackTo.failOpen() });
   */
  failOpen<T = true>(value: T = true as T, filters: FilterSettings = {}): FallbackStrategy<T> {
    return fallbackTo.value(value, filters);
  },

  /**
   * `false`, or another value that denies. For authorization.
   *
   * @example
   * createPolicy('openfga', 'authorization', { fallback: fallbackTo.failClosed() });
   */
  failClosed<T = false>(value: T = false as T, filters: FilterSettings = {}): FallbackStrategy<T> {
    return fallbackTo.value(value, filters);
  },

  /**
   * `[]`, `{}`, `''` or `undefined`; each caller gets its own.
   *
   * @example
   * createPolicy('recommendations', 'http', { fallback: fallbackTo.empty('list') });
   */
  empty<T = never>(
    kind: 'list' | 'object' | 'text' | 'nothing' = 'nothing',
    filters: FilterSettings = {},
  ): FallbackStrategy<T> {
    return fallbackTo.value(EMPTY[kind] as T, filters);
  },
} as const;

type Recalled = NonNullable<ReturnType<StoredValues['recall']>>;

/** What `cached` and `stale` have in common. Without a stored value the failure stays as it is. */
function storedStrategy(
  type: 'cached' | 'stale',
  storeOptions: StoreOptions & { readonly maxAge?: number | undefined },
  defaultMaxAgeSeconds: number,
) {
  const options = ownProperties(storeOptions);
  const { maxAge = toMilliseconds(defaultMaxAgeSeconds), handle, handleResult } = options;
  const values = new StoredValues({ ...options, maxAge });
  return {
    type,
    handle,
    handleResult,
    begin: (call: FallbackCall) => values.begin(call),
    remember: (value: unknown, call: FallbackCall) => values.remember(value, call),
    answer(failure: unknown, call: FallbackCall, toAnswer: (recalled: Recalled) => unknown): never {
      const recalled = values.recall(call);
      if (recalled) return toAnswer(recalled) as never;
      if (call.failed === 'result') return failure as never;
      throw failure;
    },
  };
}

function notify(onStale: ((stale: StaleValue) => void) | undefined, stale: StaleValue): void {
  const ignore = () => {
    // An error of the hook must not affect the answer.
  };
  try {
    // The hook may be asynchronous.
    const result: unknown = onStale?.(stale);
    Promise.resolve(result).catch(ignore);
  } catch {
    ignore();
  }
}
