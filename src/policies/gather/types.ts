import type { InstrumentOptions } from '../../instrument-options.ts';
import type { PartOutcome } from '../../semconv/attributes.ts';

/** Makes one part of an answer. The signal is aborted when nobody waits for it any more. */
export type Part<T = unknown> = (context: PartContext) => T | PromiseLike<T>;

export interface PartContext {
  readonly signal: AbortSignal;
}

export type Parts = Readonly<Record<string, Part>>;

/** What the parts give, by their names. */
export type Results<P extends Parts> = { readonly [K in keyof P]: Awaited<ReturnType<P[K]>> };

type Name<P extends Parts> = Extract<keyof P, string>;

/** Why a part is missing. */
export interface PartFailure {
  /**
   * - `failure`: it threw or rejected
   * - `rejected`: its policy did not let it be called
   * - `timed_out`: by a timeout of its policy, or by that of the gathering
   * - `cancelled`: by the caller's signal
   */
  readonly outcome: Exclude<PartOutcome, 'success' | 'fallback'>;
  readonly error: unknown;
}

interface Some<P extends Parts> {
  /** The names of the parts that are there, in the order in which they were given. */
  readonly available: readonly Name<P>[];
  /** Why the others are not. */
  readonly failed: { readonly [K in keyof P]?: PartFailure };
}

/** An answer, and how much of it is there. `R` are the names of the parts that it needs. */
export type Gathered<P extends Parts, R extends Name<P> = never> = Some<P> &
  (
    | { readonly status: 'complete'; readonly results: Results<P> }
    | { readonly status: 'partial'; readonly results: Partial<Results<P>> & Pick<Results<P>, R> }
    | { readonly status: 'failed'; readonly results: Partial<Results<P>> }
  );

export interface GatherOptions<R extends string = string> {
  /**
   * What is gathered, such as `employee-profile`: the name of its metrics. One for each place that
   * gathers, not one for each request.
   * @default 'gather'
   */
  readonly name?: string;
  /**
   * The longest that anybody waits for a part, in milliseconds; `false`: for as long as its policy
   * does.
   * @default 30_000, the documented timeout
   */
  readonly timeout?: number | false;
  /**
   * How many parts make an answer that is `partial`, or the names of those that it takes; with
   * less it is `failed`.
   * @default 1
   */
  readonly minimum?: number | readonly R[];
  /** The caller's: it ends the parts that are not there yet, which are `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether a part goes through the policy that is registered under its name. `false` for parts that
   * are resilient by themselves.
   * @default true
   */
  readonly policies?: boolean;
  /** @default the global meter provider, whenever it is registered */
  readonly meterProvider?: InstrumentOptions['meterProvider'] | undefined;
}
