import { POLICIES } from '../../presets/thresholds.ts';
import { ownProperties } from '../../shared/own-properties.ts';
import type { FallbackCall, FallbackStrategy } from '../types.ts';
import { CachedValues } from './cached-values.ts';
import { type Copy, copierOf } from './copy-mode.ts';
import type { Handled, Kept } from './options.ts';

type Arguments = readonly unknown[];

export interface CachedOptions<T = unknown, A extends Arguments = Arguments> extends Kept<T, A> {
  /** The oldest value that answers, counted from the beginning of the attempt that gave it. @default 300 */
  readonly maxAgeSeconds?: number | undefined;
}

/** What a caller may be told who gets an old value. */
export interface Stale {
  /** The policy's name. */
  readonly name: string;
  /** What `key` returned for the call. */
  readonly key: string;
  readonly ageSeconds: number;
  /** What the caller gave to the wrapped function. */
  readonly args: readonly unknown[];
  /** What failed: an error, or a result that counts as failed. */
  readonly failure: unknown;
}

export interface StaleOptions<F, T = unknown, A extends Arguments = Arguments> extends Kept<T, A> {
  /** The oldest value that answers, counted from the beginning of the attempt that gave it. @default 600 */
  readonly maxAgeSeconds?: number | undefined;
  /** Is told of each old value before the caller gets it. What it throws, or rejects with, is ignored. */
  readonly onStale?: ((stale: Stale) => void) | undefined;
  /** Makes the answer of an old value, so that it says how old it is. @default the value as it is */
  readonly answer?: ((value: T, stale: Stale) => F) | undefined;
}

const EMPTY = { list: [], object: {}, text: '', nothing: undefined } as const;

/** Ways to answer where everything inside of a policy has failed. */
export const fallbackTo = {
  /**
   * The same for everybody; each caller gets a copy of his own, unless `copy` says otherwise.
   *
   * @throws TypeError if the value can't be copied
   * @example
   * createPolicy('rates', 'default', { fallback: fallbackTo.value({ EUR: 1 }) });
   */
  value<T>(
    value: T,
    options: Handled & { readonly copy?: Copy<T> | undefined } = {},
  ): FallbackStrategy<T> {
    const { copy, ...handled } = ownProperties(options);
    const copier = copierOf(copy);
    const kept = copier.keep(value);
    return { ...handled, type: 'value', answer: () => copier.hand(kept) as T };
  },

  /**
   * What a function makes of the failure and of the call's arguments, of which a policy that is
   * executed by hand has none.
   */
  function<T, A extends readonly unknown[] = readonly unknown[]>(
    make: (failure: unknown, ...args: A) => T | PromiseLike<T>,
    handled: Handled = {},
  ): FallbackStrategy<T> {
    return {
      ...handled,
      type: 'function',
      answer: (failure, { args }) => make(failure, ...(args as A)),
    };
  },

  /**
   * The last good value, without a notice, for a time in which it is as good as new.
   *
   * @throws TypeError if an option is not what it must be; `key` is required
   * @example
   * resilient('rates', read, {
   *   overrides: { fallback: fallbackTo.cached({ key: (currency: string) => currency }) },
   * });
   */
  cached<T = unknown, A extends Arguments = Arguments>(
    given: CachedOptions<T, A>,
  ): FallbackStrategy<never> {
    const options = ownProperties(given);
    const { maxAgeSeconds = POLICIES.fallback.stale.maxAgeSeconds } = options;
    const values = new CachedValues({ ...(options as unknown as Kept), maxAgeSeconds });
    return {
      handle: options.handle,
      handleResult: options.handleResult,
      type: 'cached',
      begin: (call) => values.begin(call),
      remember: (value, call) => values.remember(value, call),
      answer: (failure, call) =>
        (values.recall(call) ?? { value: nothing(failure, call) }).value as never,
    };
  },

  /**
   * The last good value although it is old; `onStale` and `answer` learn its age.
   *
   * @throws TypeError if an option is not what it must be; `key` is required
   * @example
   * fallbackTo.stale({
   *   key: (currency: string) => currency,
   *   onStale: ({ key, ageSeconds }) => logger.warn(`${key} is ${ageSeconds} s old`),
   * });
   */
  stale<F = never, T = unknown, A extends Arguments = Arguments>(
    given: StaleOptions<F, T, A>,
  ): FallbackStrategy<F> {
    const options = ownProperties(given);
    const { maxAgeSeconds = POLICIES.fallback.stale.longestMaxAgeSeconds, onStale } = options;
    const values = new CachedValues({ ...(options as unknown as Kept), maxAgeSeconds });
    return {
      handle: options.handle,
      handleResult: options.handleResult,
      type: 'stale',
      begin: (call) => values.begin(call),
      remember: (value, call) => values.remember(value, call),
      answer(failure, call) {
        const recalled = values.recall(call);
        if (recalled === undefined) return nothing(failure, call) as F;
        const { value, ...told } = recalled;
        const stale: Stale = { name: call.name, ...told, args: call.args, failure };
        tell(onStale, stale);
        return options.answer ? options.answer(value as T, stale) : (value as F);
      },
    };
  },

  /** Lets everybody in while nobody can be asked: a check that protects nothing of value. */
  failOpen<T = true>(answer: T = true as T, handled: Handled = {}): FallbackStrategy<T> {
    return fallbackTo.value(answer, handled);
  },

  /** Lets nobody in while nobody can be asked: a check of what somebody may do. */
  failClosed<T = false>(answer: T = false as T, handled: Handled = {}): FallbackStrategy<T> {
    return fallbackTo.value(answer, handled);
  },

  /** `[]`, `{}`, `''` or `undefined`, new for each caller. */
  empty<T = never>(
    what: 'list' | 'object' | 'text' | 'nothing' = 'nothing',
    handled: Handled = {},
  ): FallbackStrategy<T> {
    return fallbackTo.value(EMPTY[what] as T, handled);
  },
} as const;

/** Without an old value the failure stays what it was. */
function nothing(failure: unknown, { failed }: FallbackCall): unknown {
  if (failed === 'result') return failure;
  throw failure;
}

function tell(onStale: ((stale: Stale) => void) | undefined, stale: Stale): void {
  const ignored = () => {
    // Who listens must not spoil the answer.
  };
  try {
    const told: unknown = onStale?.(stale);
    // It may be asynchronous all the same.
    Promise.resolve(told).catch(ignored);
  } catch {
    ignored();
  }
}
