/** What users of this room write and get; its units are the documents': seconds, and calls in all. */
import type {
  BulkheadPolicy,
  CircuitBreakerPolicy,
  FallbackPolicy,
  IDefaultPolicyContext,
  IPolicy,
  RetryPolicy,
  TimeoutPolicy,
} from 'cockatiel';
import type { InstrumentOptions } from '../instrument-options.ts';
import type { PresetName } from '../presets/presets.ts';
import type { FallbackType } from '../semconv/attributes.ts';

/** Tells whether a policy acts on an error. */
export type Handles = (error: unknown) => boolean;
/** Tells whether a value that was returned is a failure, such as a response of status 503. */
export type HandlesResult = (value: unknown) => boolean;

/** What a single policy acts on, where it is not what the whole stack does. */
interface Handled {
  readonly handle?: Handles | undefined;
  readonly handleResult?: HandlesResult | undefined;
}

/** The names of a stack's members. */
export const MEMBERS = [
  'fallback',
  'circuitBreaker',
  'overallTimeout',
  'retry',
  'bulkhead',
  'timeout',
] as const;
export type Member = (typeof MEMBERS)[number];

export const BREAKER_KINDS = ['consecutive', 'count', 'sampling'] as const;
export const RETRY_STRATEGIES = ['exponential', 'linear', 'fixed', 'random'] as const;

export interface CircuitBreakerSettings extends Handled {
  /**
   * `consecutive`: opens after `failures` calls in a row failed. `count`: when more than `ratio` of
   * the last `size` calls failed. `sampling`: when more than `ratio` of the calls of the last
   * `windowSeconds` failed.
   * @default 'consecutive'
   */
  readonly kind: (typeof BREAKER_KINDS)[number];
  /** Calls that fail one after the other until it opens, of kind `consecutive`. */
  readonly failures: number;
  /** Share of failed calls beyond which it opens, of kinds `count` and `sampling`: between 0 and 1. */
  readonly ratio: number;
  /** Calls that kind `count` looks back on. */
  readonly size: number;
  /** Calls that kind `count` must have seen to open: at most `size`. */
  readonly minimumCalls: number;
  /** Time that kind `sampling` looks back on. */
  readonly windowSeconds: number;
  /** Calls in a second below which kind `sampling` does not open. */
  readonly minimumCallsPerSecond: number;
  /** Time that it stays open before one call may try. */
  readonly openSeconds: number;
  /** Whether that time doubles with each try that failed; a success begins anew. */
  readonly grows: boolean;
  /** The longest that it grows to. */
  readonly maxOpenSeconds: number;
}

export interface RetrySettings extends Handled {
  /** Calls in all, the first one included: the documents' "attempts". */
  readonly calls: number;
  readonly strategy: (typeof RETRY_STRATEGIES)[number];
  /** The wait before the second call. */
  readonly firstWaitSeconds: number;
  /** By what `exponential` multiplies the wait each time. */
  readonly base: number;
  /** The shortest wait; `random` takes one between both. */
  readonly minWaitSeconds: number;
  /** The longest wait; what `delay` answers may be longer. */
  readonly maxWaitSeconds: number;
  /** The waits themselves, in place of a strategy and its limits; the last is for all that follow. */
  readonly waitsSeconds?: readonly number[] | undefined;
  /** Whether a wait is anything between its half and its whole, so that callers do not come as one. */
  readonly jitter: boolean;
  /**
   * Statuses that are retried: an error or a response with another status is not.
   * @default 408, 429 and every 5xx
   */
  readonly statuses?: readonly number[] | undefined;
  /**
   * The wait in seconds, by what failed: an error, or a value that counts as failed. Of the first
   * wait `attempt` is 1. `undefined` leaves it to the strategy, and so does what is no time.
   */
  readonly delay?: ((failure: unknown, attempt: number) => number | undefined) | undefined;
}

export interface BulkheadSettings {
  /** Executions at a time. */
  readonly limit: number;
  /** Calls that may wait for one of them; beyond, calls are rejected. */
  readonly queue: number;
}

export interface TimeoutSettings {
  readonly seconds: number;
  /**
   * Whether the caller is answered when the time is over, although the function has not noticed
   * that its signal was aborted (`false`: it is waited for).
   * @default true
   */
  readonly aggressive: boolean;
}

/** What a fallback stands in for: an error, or a value that counts as a failure. */
export type Failed = 'error' | 'result';

/** What is known of a call that a fallback answers. */
export interface FallbackCall {
  /** The fallback policy itself: what a strategy keeps for one is nothing to another. */
  readonly policy: object;
  /** `undefined` where nothing has failed, and a good value is to be remembered. */
  readonly failed: Failed | undefined;
  /** The policy's name. */
  readonly name: string;
  /** The policy's key, of one that has a key. */
  readonly key: string | undefined;
  /** What the caller gave to the wrapped function; empty where the policy was executed by hand. */
  readonly args: readonly unknown[];
  readonly signal: AbortSignal | undefined;
}

/** What answers where everything inside has failed. */
export interface FallbackStrategy<F> {
  readonly type: FallbackType;
  /** Is called when a call begins, before any policy of the stack runs. What it throws is ignored. */
  readonly begin?: ((call: FallbackCall) => void) | undefined;
  /** Makes the answer, of the error or of the value that failed; what it throws is what the caller gets. */
  readonly answer: (failure: unknown, call: FallbackCall) => F | PromiseLike<F>;
  /** Is told of each good value before the caller gets it. */
  readonly remember?: ((value: unknown, call: FallbackCall) => void) | undefined;
  /** @default transient errors, or what the stack's `handle` selects; open circuits; full bulkheads */
  readonly handle?: Handles | undefined;
  readonly handleResult?: HandlesResult | undefined;
}

/** The settings of a whole stack. `false`: the stack has no such member. */
export interface PolicySettings<F = unknown> {
  readonly fallback: false | FallbackStrategy<F>;
  readonly circuitBreaker: false | CircuitBreakerSettings;
  readonly overallTimeout: false | TimeoutSettings;
  readonly retry: false | RetrySettings;
  readonly bulkhead: false | BulkheadSettings;
  readonly timeout: false | TimeoutSettings;
  /**
   * Errors that retry, breaker and fallback act on.
   *
   * @default retry and fallback: what is known to be transient; breaker: what is not known to be a
   *   mistake of the caller. The table in `docs/policies.md` lists what is known.
   */
  readonly handle?: Handles | undefined;
  /** Returned values that they act on. @default responses (`status` and `ok`) of 408, 429 and 5xx */
  readonly handleResult?: HandlesResult | undefined;
  /** The members, outermost first. */
  readonly order: readonly Member[];
}

type Part<T> = { readonly [K in keyof T]?: T[K] | undefined };

/**
 * What code sets in place of environment and preset. A member that the preset has not begins with
 * the settings of the preset `default`.
 */
export interface PolicyOverrides<F = never> {
  readonly fallback?: false | FallbackStrategy<F> | undefined;
  readonly circuitBreaker?: false | Part<CircuitBreakerSettings> | undefined;
  readonly overallTimeout?:
    | false
    | (Part<TimeoutSettings> & { readonly seconds: number })
    | undefined;
  readonly retry?: false | Part<RetrySettings> | undefined;
  readonly bulkhead?: false | Part<BulkheadSettings> | undefined;
  readonly timeout?: false | Part<TimeoutSettings> | undefined;
  readonly handle?: Handles | undefined;
  readonly handleResult?: HandlesResult | undefined;
  readonly order?: readonly Member[] | undefined;
  /** Options of `instrument`. */
  readonly instrument?: InstrumentOptions | undefined;
}

/** Where a setting came from: the code, the preset, or the variable of this name. */
export type Origin =
  | { readonly from: 'code' | 'preset' }
  | { readonly from: 'environment'; readonly variable: string };

/**
 * A stack of cockatiel policies that is instrumented under its name. It is itself a policy of
 * cockatiel, so `wrap()` takes it.
 */
export interface ResilientPolicy<F = never> extends IPolicy<IDefaultPolicyContext, F> {
  readonly name: string;
  readonly key: string | undefined;
  readonly preset: PresetName;
  /** `false` where `RESILIENCE_ENABLED=false` has made it a pass-through. */
  readonly enabled: boolean;
  /** What is in force, environment included. */
  readonly settings: PolicySettings<F>;
  /** Where each of the settings came from, by its path, such as `retry.calls`. */
  readonly origins: Readonly<Record<string, Origin>>;
  readonly fallback: FallbackPolicy<F> | undefined;
  readonly circuitBreaker: CircuitBreakerPolicy | undefined;
  readonly overallTimeout: TimeoutPolicy | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly bulkhead: BulkheadPolicy | undefined;
  readonly timeout: TimeoutPolicy | undefined;
  /**
   * Closes the circuit and forgets what it has counted. A circuit that `isolate` holds open stays
   * open until it is released.
   */
  readonly reset: () => void;
  /** Holds the circuit open until the handle is disposed of. */
  readonly isolate: () => { readonly dispose: () => void };
  /** Ends its metrics. Calls in flight, and calls yet to come, go on as they are. */
  readonly dispose: () => void;
}
