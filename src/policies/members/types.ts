/** Settings, overrides and results of this room. Durations are in milliseconds, as in cockatiel. */
import type {
  BulkheadPolicy,
  CircuitBreakerPolicy,
  FallbackPolicy,
  IDefaultPolicyContext,
  IPolicy,
  RetryPolicy,
  TimeoutPolicy,
  TimeoutStrategy,
} from 'cockatiel';
import type { InstrumentOptions } from '../../instrument-options.ts';
import type { PresetName } from '../../presets/presets.ts';
import type { FallbackType } from '../../semconv/attributes.ts';
import type { RetryBudget, RetryBudgetOptions } from './retry-budget.ts';

/**
 * Whether a policy handles an error.
 *
 * @example
 * const handle: ErrorFilter = (error) => error instanceof ConnectionError;
 */
export type ErrorFilter = (error: unknown) => boolean;

/**
 * Whether a returned value is a failure, such as a response of status 503.
 *
 * @example
 * const handleResult: ResultFilter = (value) => (value as Response).status === 503;
 */
export type ResultFilter = (value: unknown) => boolean;

/**
 * Filters of one member; without them the filters of the whole stack apply.
 *
 * @example
 * const filters: FilterSettings = { handle: (error) => error instanceof ConnectionError };
 */
export interface FilterSettings {
  /**
   * Errors that the member handles.
   * @default the filter `handle` of the stack
   */
  readonly handle?: ErrorFilter | undefined;
  /**
   * Returned values that the member handles as failures.
   * @default the filter `handleResult` of the stack
   */
  readonly handleResult?: ResultFilter | undefined;
}

/** The members of a stack, outermost first. */
export const MEMBERS = [
  'fallback',
  'circuitBreaker',
  'overallTimeout',
  'retry',
  'bulkhead',
  'timeout',
] as const;

/**
 * A member of a stack.
 *
 * @example
 * const order: PolicyMember[] = ['retry', 'circuitBreaker', 'timeout'];
 */
export type PolicyMember = (typeof MEMBERS)[number];

export const BREAKER_KINDS = ['consecutive', 'count', 'sampling'] as const;
export const RETRY_STRATEGIES = ['exponential', 'linear', 'fixed', 'random'] as const;

/**
 * Settings of a circuit breaker.
 *
 * @example
 * const circuitBreaker: Partial<CircuitBreakerSettings> = { consecutiveFailures: 10, halfOpenAfter: 30_000 };
 */
export interface CircuitBreakerSettings extends FilterSettings {
  /**
   * When the circuit opens. `consecutive`: after `consecutiveFailures` failed calls in a row.
   * `count`: when more than `threshold` of the last `size` calls failed. `sampling`: when more than
   * `threshold` of the calls within `duration` failed.
   * @default 'consecutive'
   */
  readonly kind: (typeof BREAKER_KINDS)[number];
  /** Failed calls in a row that open the circuit; kind `consecutive`. */
  readonly consecutiveFailures: number;
  /**
   * Share of failed calls above which the circuit opens, between 0 and 1; kinds `count` and `sampling`.
   * @default 0.5
   */
  readonly threshold: number;
  /**
   * Calls in the window of kind `count`.
   * @default 20
   */
  readonly size: number;
  /**
   * Calls that kind `count` needs before the circuit can open, at most `size`.
   * @default 10
   */
  readonly minimumNumberOfCalls: number;
  /**
   * Window of kind `sampling`, in milliseconds.
   * @default 30_000
   */
  readonly duration: number;
  /**
   * Calls per second below which kind `sampling` does not open the circuit.
   * @default 1
   */
  readonly minimumRps: number;
  /** Time until an open circuit allows a probe, in milliseconds. */
  readonly halfOpenAfter: number;
  /** Whether `halfOpenAfter` doubles with each failed probe. A success resets it. */
  readonly exponential: boolean;
  /**
   * Upper limit of the doubled `halfOpenAfter`, in milliseconds.
   * @default 300_000
   */
  readonly maxHalfOpenAfter: number;
}

/**
 * Settings of a retry.
 *
 * @example
 * const retry: Partial<RetrySettings> = { calls: 5, initialDelay: 200, maxDelay: 5_000 };
 */
export interface RetrySettings extends FilterSettings {
  /** All calls of the function, the first included. cockatiel's `maxAttempts` is one less. */
  readonly calls: number;
  /**
   * How the delay changes from one retry to the next.
   * @default 'exponential'
   */
  readonly strategy: (typeof RETRY_STRATEGIES)[number];
  /** Delay before the first retry, in milliseconds. */
  readonly initialDelay: number;
  /**
   * Factor by which strategy `exponential` multiplies the delay each time.
   * @default 2
   */
  readonly exponent: number;
  /**
   * Lower limit of the delay, in milliseconds. Strategy `random` chooses between both limits.
   * @default 0
   */
  readonly minDelay: number;
  /** Upper limit of the delay, in milliseconds. A delay that `delay` returns may exceed it. */
  readonly maxDelay: number;
  /**
   * The delays themselves, in milliseconds, instead of a strategy and its limits. The last one
   * applies to all further retries.
   */
  readonly delays?: readonly number[] | undefined;
  /** Whether each delay is random, between half of the planned delay and the whole. */
  readonly jitter: boolean;
  /**
   * HTTP statuses that are retried. Errors and responses with another status are not.
   * @default 408, 429 and every 5xx
   */
  readonly statuses?: readonly number[] | undefined;
  /**
   * Returns the delay in milliseconds for an error, or for a value that is a failure. `attempt` is 1
   * before the first retry. The strategy decides if it returns `undefined` or a negative number, or
   * if it throws.
   */
  readonly delay?: ((failure: unknown, attempt: number) => number | undefined) | undefined;
  /**
   * Limits the retries of all calls together. All policies of a name share one budget; pass a
   * `RetryBudget` to share it between names. `false`: no limit.
   * @default 20 % of the calls, plus 10 per second
   */
  readonly budget: false | RetryBudgetOptions | RetryBudget;
}

/**
 * Settings of a bulkhead.
 *
 * @example
 * const bulkhead: Partial<BulkheadSettings> = { limit: 10, queue: 20 };
 */
export interface BulkheadSettings {
  /** Concurrent executions. */
  readonly limit: number;
  /**
   * Calls that may wait for a slot; further calls are rejected.
   * @default 0
   */
  readonly queue: number;
}

/**
 * Settings of a timeout.
 *
 * @example
 * const timeout: Partial<TimeoutSettings> = { duration: 2_000, strategy: TimeoutStrategy.Cooperative };
 */
export interface TimeoutSettings {
  /** Milliseconds until the signal of the function is aborted. */
  readonly duration: number;
  /**
   * cockatiel's `TimeoutStrategy`. `Aggressive` rejects the call at once; `Cooperative` waits until
   * the function reacts to its aborted signal.
   * @default TimeoutStrategy.Aggressive
   */
  readonly strategy: `${TimeoutStrategy}`;
}

/**
 * Whether a call failed with an error, or with a value that is a failure.
 *
 * @example
 * const kind: FailureKind = 'result';
 */
export type FailureKind = 'error' | 'result';

/**
 * The call that a fallback strategy works for.
 *
 * @example
 * const answer = (failure: unknown, { args: [id] }: FallbackCall) => `nothing about ${id}`;
 */
export interface FallbackCall {
  /** The fallback policy. Values that a strategy stores for one policy are not used by another. */
  readonly policy: object;
  /** `undefined` when the strategy may remember a successful value. */
  readonly failed: FailureKind | undefined;
  /** The name of the policy. */
  readonly name: string;
  /** The key of the policy, if it has one. */
  readonly key: string | undefined;
  /** The arguments of the wrapped function; empty if the policy was executed directly. */
  readonly args: readonly unknown[];
  /** The signal that the caller passed to `execute`. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Creates the value that replaces a failure. `fallbackTo` has the usual strategies.
 *
 * @example
 * const strategy: FallbackStrategy<string> = { type: 'value', answer: () => 'unknown' };
 */
export interface FallbackStrategy<F> {
  /** The kind of value, as it is shown in the metrics. */
  readonly type: FallbackType;
  /** Runs when a call begins, before any member of the stack. An error that it throws is ignored. */
  readonly begin?: ((call: FallbackCall) => void) | undefined;
  /** Creates the value from the failure. The caller receives an error that it throws. */
  readonly answer: (failure: unknown, call: FallbackCall) => F | PromiseLike<F>;
  /** Receives each successful value before the caller does. An error that it throws is ignored. */
  readonly remember?: ((value: unknown, call: FallbackCall) => void) | undefined;
  /**
   * Errors that the strategy replaces.
   * @default transient errors, or those that the stack's `handle` selects; open circuits; full bulkheads
   */
  readonly handle?: ErrorFilter | undefined;
  /**
   * Returned values that the strategy replaces.
   * @default the filter `handleResult` of the stack
   */
  readonly handleResult?: ResultFilter | undefined;
}

/**
 * The settings of a stack. `false`: the stack has no such member.
 *
 * @example
 * const { retry }: PolicySettings = createPolicy('servicenow').settings;
 */
export interface PolicySettings<F = unknown> {
  /** Replaces failures with another value. */
  readonly fallback: false | FallbackStrategy<F>;
  /** Rejects calls after failures, until a probe succeeds. */
  readonly circuitBreaker: false | CircuitBreakerSettings;
  /** Limits the time of all attempts together. */
  readonly overallTimeout: false | TimeoutSettings;
  /** Calls the function again after failures. */
  readonly retry: false | RetrySettings;
  /** Limits concurrent attempts. */
  readonly bulkhead: false | BulkheadSettings;
  /** Limits the time of one attempt. */
  readonly timeout: false | TimeoutSettings;
  /**
   * Errors that retry, circuit breaker and fallback handle. `docs/policies.md` lists the known errors.
   *
   * @default retry and fallback: transient errors; circuit breaker: all but known caller errors
   */
  readonly handle?: ErrorFilter | undefined;
  /** Values that they handle. @default responses (`status` and `ok`) of 408, 429 and 5xx */
  readonly handleResult?: ResultFilter | undefined;
  /** The members, outermost first. */
  readonly order: readonly PolicyMember[];
}

/**
 * Some of the settings of a member.
 *
 * @example
 * const retry: Overrides<RetrySettings> = { calls: 5 };
 */
export type Overrides<T> = { readonly [K in keyof T]?: T[K] | undefined };

/**
 * Settings from code. They take precedence over the environment and the preset. A member that the
 * preset does not have starts with the settings of the preset `default`.
 *
 * @example
 * const overrides: PolicyOverrides = { retry: { calls: 5 }, timeout: { duration: 2_000 }, bulkhead: false };
 */
export interface PolicyOverrides<F = never> {
  /** Replaces failures with another value. */
  readonly fallback?: false | FallbackStrategy<F> | undefined;
  /** Rejects calls after failures, until a probe succeeds. */
  readonly circuitBreaker?: false | Overrides<CircuitBreakerSettings> | undefined;
  /** Limits the time of all attempts together. */
  readonly overallTimeout?:
    | false
    | (Overrides<TimeoutSettings> & { readonly duration: number })
    | undefined;
  /** Calls the function again after failures. */
  readonly retry?: false | Overrides<RetrySettings> | undefined;
  /** Limits concurrent attempts. */
  readonly bulkhead?: false | Overrides<BulkheadSettings> | undefined;
  /** Limits the time of one attempt. */
  readonly timeout?: false | Overrides<TimeoutSettings> | undefined;
  /**
   * Errors that retry, circuit breaker and fallback handle.
   * @default retry and fallback: transient errors; circuit breaker: all but known caller errors
   */
  readonly handle?: ErrorFilter | undefined;
  /**
   * Returned values that they handle as failures.
   * @default responses (`status` and `ok`) of 408, 429 and 5xx
   */
  readonly handleResult?: ResultFilter | undefined;
  /**
   * The members, outermost first.
   * @default fallback, circuitBreaker, overallTimeout, retry, bulkhead, timeout
   */
  readonly order?: readonly PolicyMember[] | undefined;
  /** Options of `instrument`. */
  readonly instrument?: InstrumentOptions | undefined;
}

/**
 * Where the value of a setting comes from: code, preset, or the named environment variable.
 *
 * @example
 * const origin: SettingOrigin = { from: 'environment', variable: 'RESILIENCE_TIMEOUT_LLM' };
 */
export type SettingOrigin =
  | { readonly from: 'code' | 'preset' }
  | { readonly from: 'environment'; readonly variable: string };

/**
 * A stack of cockatiel policies, instrumented under its name. It is a cockatiel policy, so `wrap()`
 * accepts it.
 *
 * @example
 * const policy: ResilientPolicy = createPolicy('servicenow', 'enterprise');
 * await policy.execute(({ signal }) => fetch(url, { signal }));
 */
export interface ResilientPolicy<F = never> extends IPolicy<IDefaultPolicyContext, F> {
  /** The name of the protected dependency, such as `servicenow`. */
  readonly name: string;
  /** The key, if the policy is one of several with its name. */
  readonly key: string | undefined;
  /** The preset of the default settings. */
  readonly preset: PresetName;
  /** `false` if `RESILIENCE_ENABLED=false` has turned the policy into a pass-through. */
  readonly enabled: boolean;
  /** The settings in force, from code, environment and preset. */
  readonly settings: PolicySettings<F>;
  /** Where each setting comes from, by its path, such as `retry.calls`. */
  readonly origins: Readonly<Record<string, SettingOrigin>>;
  /** The fallback of the stack, if it has one. */
  readonly fallback: FallbackPolicy<F> | undefined;
  /** The circuit breaker of the stack, if it has one. */
  readonly circuitBreaker: CircuitBreakerPolicy | undefined;
  /** The timeout of all attempts together, if the stack has one. */
  readonly overallTimeout: TimeoutPolicy | undefined;
  /** The retry of the stack, if it has one. */
  readonly retry: RetryPolicy | undefined;
  /** The bulkhead of the stack, if it has one. */
  readonly bulkhead: BulkheadPolicy | undefined;
  /** The timeout of one attempt, if the stack has one. */
  readonly timeout: TimeoutPolicy | undefined;
  /** Closes the circuit and clears its counts. An isolated circuit stays isolated. */
  readonly reset: () => void;
  /** Isolates the circuit until the handle is disposed: every call is rejected. */
  readonly isolate: () => { readonly dispose: () => void };
  /** Stops the metrics of the policy. Calls in flight and later calls still run. */
  readonly dispose: () => void;
}
