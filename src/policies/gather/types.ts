import type { InstrumentOptions } from '../../instrument-options.ts';

/**
 * Returns one part of a result.
 *
 * @example
 * const account: Part<Account> = ({ signal }) => getAccount(id, signal);
 */
export type Part<T = unknown> = (context: PartContext) => T | PromiseLike<T>;

/**
 * The argument of a part.
 *
 * @example
 * const account = ({ signal }: PartContext) => fetch(url, { signal });
 */
export interface PartContext {
  /** Aborts when the result is no longer needed. */
  readonly signal: AbortSignal;
}

/**
 * Parts by name.
 *
 * @example
 * const parts = { account: ({ signal }) => getAccount(id, signal) } satisfies Parts;
 */
export type Parts = Readonly<Record<string, Part>>;

/**
 * The values of the parts, by name.
 *
 * @example
 * type Profile = PartResults<typeof parts>;
 */
export type PartResults<P extends Parts> = { readonly [K in keyof P]: Awaited<ReturnType<P[K]>> };

/**
 * Why a part has no value.
 *
 * @example
 * const { outcome, error } = failed.account as PartFailure;
 */
export interface PartFailure {
  /**
   * - `failure`: it threw or rejected
   * - `rejected`: its policy rejected the call
   * - `timed_out`: its policy, or `gather`, timed out
   * - `cancelled`: the caller's signal was aborted
   */
  readonly outcome: 'failure' | 'rejected' | 'timed_out' | 'cancelled';
  /** What the part threw or rejected with. */
  readonly error: unknown;
}

/**
 * The result of `gather`. `R` are the names of required parts, which a `partial` result has.
 *
 * @example
 * const profile: Gathered<typeof parts, 'workday'> = await gather(parts, { minimum: ['workday'] });
 */
export type Gathered<P extends Parts, R extends Extract<keyof P, string> = never> = {
  /** The names of the parts that have a value, in the order of `parts`. */
  readonly available: readonly Extract<keyof P, string>[];
  /** The failures of the other parts. */
  readonly failed: { readonly [K in keyof P]?: PartFailure };
} & (
  | { readonly status: 'complete'; readonly results: PartResults<P> }
  | {
      readonly status: 'partial';
      readonly results: Partial<PartResults<P>> & Pick<PartResults<P>, R>;
    }
  | { readonly status: 'failed'; readonly results: Partial<PartResults<P>> }
);

/**
 * Options of `gather`.
 *
 * @example
 * const options: GatherOptions = { name: 'employee-profile', timeout: 5_000, minimum: 2 };
 */
export interface GatherOptions<R extends string = string> {
  /**
   * The name in the metrics, such as `employee-profile`. Use one name per call site, not per request.
   * @default 'gather'
   */
  readonly name?: string;
  /**
   * The longest time that `gather` waits for a part, in milliseconds. `false`: as long as the policy of
   * the part does.
   * @default 30_000
   */
  readonly timeout?: number | false;
  /**
   * The number of parts, or the names of the parts, that a `partial` result needs. With less the
   * status is `failed`.
   * @default 1
   */
  readonly minimum?: number | readonly R[];
  /** The signal of the caller. Its abort ends the unfinished parts as `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether a part goes through the policy that `policyFor` has for its name. `false` for parts that
   * have policies of their own.
   * @default true
   */
  readonly policies?: boolean;
  /**
   * The meter provider of the metrics.
   * @default the global meter provider, whenever it is registered
   */
  readonly meterProvider?: InstrumentOptions['meterProvider'] | undefined;
}
