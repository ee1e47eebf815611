/**
 * Attribute names and the closed lists of their values.
 *
 * Naming follows OpenTelemetry's rules for attributes: lower case, dots between namespaces,
 * underscores between words (https://opentelemetry.io/docs/specs/semconv/general/naming/).
 */

/** The prefix of all names of this package. */
export const NAMESPACE = 'resilience.';

/** The name of the policy. */
export const ATTR_POLICY_NAME = 'resilience.policy.name';
/** The type of the policy that handled the error. */
export const ATTR_POLICY_TYPE = 'resilience.policy.type';
/** The result for the caller. */
export const ATTR_OUTCOME = 'resilience.outcome';
/** Whether the caller got an answer. */
export const ATTR_EXECUTION_RESULT = 'resilience.execution.result';
/** The state of a circuit breaker. */
export const ATTR_CIRCUIT_BREAKER_STATE = 'resilience.circuit_breaker.state';
/** The state before a transition. */
export const ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE = 'resilience.circuit_breaker.previous_state';
/** How the circuit breaker counted a call. */
export const ATTR_CIRCUIT_BREAKER_RESULT = 'resilience.circuit_breaker.result';
/** The operation on a circuit breaker. */
export const ATTR_CIRCUIT_BREAKER_ACTION = 'resilience.circuit_breaker.action';
/** How a call through a retry ended. */
export const ATTR_RETRY_RESULT = 'resilience.retry.result';
/** The number of the retry; `1` is the second call. */
export const ATTR_RETRY_ATTEMPT = 'resilience.retry.attempt';
/** How a call with a timeout ended. */
export const ATTR_TIMEOUT_RESULT = 'resilience.timeout.result';
/** Whether the bulkhead accepted a call. */
export const ATTR_BULKHEAD_RESULT = 'resilience.bulkhead.result';
/** Whether the fallback was used. */
export const ATTR_FALLBACK_RESULT = 'resilience.fallback.result';
/** The source of the value of a fallback. */
export const ATTR_FALLBACK_TYPE = 'resilience.fallback.type';
/** The name of a `gather` call. */
export const ATTR_DEGRADATION_NAME = 'resilience.degradation.name';
/** How complete the result of `gather` was. */
export const ATTR_DEGRADATION_STATUS = 'resilience.degradation.status';
/** A part of a `gather` call. */
export const ATTR_DEGRADATION_PART = 'resilience.degradation.part';
/** The name of a dependency. */
export const ATTR_DEPENDENCY_NAME = 'resilience.dependency.name';
/** How a check of a dependency ended. */
export const ATTR_DEPENDENCY_RESULT = 'resilience.dependency.result';
/** How an attempt to recover a dependency ended. */
export const ATTR_DEPENDENCY_RECOVERY_RESULT = 'resilience.dependency.recovery.result';
/** The name of a supervised connection. */
export const ATTR_CONNECTION_NAME = 'resilience.connection.name';
/** The state of a connection. */
export const ATTR_CONNECTION_STATE = 'resilience.connection.state';
/** The state before a transition of a connection. */
export const ATTR_CONNECTION_PREVIOUS_STATE = 'resilience.connection.previous_state';
/** How an attempt to connect ended. */
export const ATTR_CONNECTION_ATTEMPT_RESULT = 'resilience.connection.attempt.result';
/** Why a connection was lost. */
export const ATTR_CONNECTION_LOSS_REASON = 'resilience.connection.loss.reason';
/** Defined by OpenTelemetry: https://opentelemetry.io/docs/specs/semconv/registry/attributes/db/ */
export const ATTR_DB_POOL_NAME = 'db.client.connection.pool.name';
/** Defined by OpenTelemetry, like the name of the pool. */
export const ATTR_DB_POOL_STATE = 'db.client.connection.state';
/** Defined by OpenTelemetry: https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
export const ATTR_ERROR_TYPE = 'error.type';

/**
 * Defined by OpenTelemetry: marks the series of measurements beyond the cardinality limit.
 * https://opentelemetry.io/docs/specs/otel/metrics/sdk/#overflow-attribute
 */
export const ATTR_METRIC_OVERFLOW = 'otel.metric.overflow';

/** OpenTelemetry's value for all other error types. */
export const ERROR_TYPE_OTHER = '_OTHER';

/**
 * The result for the caller of an instrumented policy. `not_handled` is an error that no filter of the
 * policy handles, such as a 404. It is no failure of the dependency, and counts neither for
 * availability nor for the error budget.
 */
export const OUTCOMES = [
  'success',
  'fallback',
  'failure',
  'rejected',
  'timed_out',
  'cancelled',
  'not_handled',
] as const;

/** Outcomes of a part of `gather`. A part has no filters, so it cannot be `not_handled`. */
export const PART_OUTCOMES = OUTCOMES.filter((outcome) => outcome !== 'not_handled');

/** Whether the caller got a result: `answered` for the outcomes success and fallback. */
export const EXECUTION_RESULTS = ['answered', 'unanswered'] as const;

/** In the order of cockatiel's `CircuitState`, so that its numbers are indexes. */
export const CIRCUIT_BREAKER_STATES = ['closed', 'open', 'half_open', 'isolated'] as const;
/**
 * The order for views of several circuit breakers. A failing dependency comes before a circuit that an
 * operator isolated.
 */
export const STATES_WORST_FIRST: readonly CircuitBreakerState[] = [
  'open',
  'half_open',
  'isolated',
  'closed',
];

/** The transitions of cockatiel's circuit breaker: [previous state, new state]. */
export const CIRCUIT_BREAKER_TRANSITIONS = [
  ['closed', 'open'],
  ['open', 'half_open'],
  ['half_open', 'open'],
  ['half_open', 'closed'],
  ['closed', 'isolated'],
  ['open', 'isolated'],
  ['half_open', 'isolated'],
  ['isolated', 'closed'],
] as const;

export const CIRCUIT_BREAKER_RESULTS = [
  'success',
  'failure',
  'ignored',
  'rejected',
  'cancelled',
] as const;

export const CIRCUIT_BREAKER_ACTIONS = ['reset', 'isolate', 'release'] as const;

export const RETRY_RESULTS = [
  'success_without_retry',
  'success_after_retry',
  'exhausted',
  'not_retryable',
  'aborted',
  'budget_exhausted',
] as const;

/** `1` is the first retry, which is the second call. The tenth and later ones share a value. */
export const RETRY_ATTEMPTS = [
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  ERROR_TYPE_OTHER,
] as const;

export const TIMEOUT_RESULTS = ['completed', 'timed_out', 'cancelled'] as const;

export const BULKHEAD_RESULTS = ['accepted', 'rejected', 'cancelled'] as const;

export const FALLBACK_RESULTS = ['not_used', 'used', 'failed'] as const;

export const FALLBACK_TYPES = ['value', 'function', 'cached', 'stale'] as const;

/** The property of a fallback policy with its type. Not an attribute. */
export const FALLBACK_TYPE = Symbol.for('cockatiel-otel.fallback.type');

/** The policies that handle errors and failed results. */
export const POLICY_TYPES = ['retry', 'circuit_breaker', 'fallback'] as const;

/** How complete the result of a `gather` call was. */
export const DEGRADATION_STATUSES = ['complete', 'partial', 'failed'] as const;

export const DEPENDENCY_RESULTS = ['available', 'slow', 'unavailable'] as const;

export const RECOVERY_RESULTS = ['success', 'failure'] as const;

/**
 * The states of a supervised connection. `reconnecting`: the client tries. `stalled`: the client does
 * not try, or a limit passed, and the supervisor acts. `closed`: the supervision was disposed of.
 */
export const CONNECTION_STATES = [
  'connecting',
  'connected',
  'reconnecting',
  'stalled',
  'closed',
] as const;

/** The transitions of a supervised connection: [previous state, new state]. */
export const CONNECTION_TRANSITIONS = [
  ['connecting', 'connected'],
  ['connecting', 'stalled'],
  ['connected', 'reconnecting'],
  ['connected', 'stalled'],
  ['reconnecting', 'connected'],
  ['reconnecting', 'stalled'],
  ['stalled', 'connected'],
  ['stalled', 'reconnecting'],
  ['connecting', 'closed'],
  ['connected', 'closed'],
  ['reconnecting', 'closed'],
  ['stalled', 'closed'],
] as const;

/**
 * Why a connection was lost: the socket `closed` or had an `error`, a `probe` failed, the client `ended`
 * all attempts or is `overdue` with the next one, or the server became `read_only`.
 */
export const CONNECTION_LOSS_REASONS = [
  'closed',
  'error',
  'probe',
  'ended',
  'overdue',
  'read_only',
] as const;

/** The states of a pooled connection; defined by OpenTelemetry. */
export const DB_POOL_STATES = ['idle', 'used'] as const;

/**
 * The state of a supervised connection.
 *
 * @example
 * const isUp = (state: ConnectionState) => state === 'connected';
 */
export type ConnectionState = (typeof CONNECTION_STATES)[number];

/**
 * Why a connection was lost.
 *
 * @example
 * const hangs = (reason: ConnectionLossReason) => reason === 'probe' || reason === 'overdue';
 */
export type ConnectionLossReason = (typeof CONNECTION_LOSS_REASONS)[number];

export type ExecutionResult = (typeof EXECUTION_RESULTS)[number];

/**
 * The outcome of an execution.
 *
 * @example
 * const failed: Outcome[] = ['failure', 'rejected', 'timed_out'];
 */
export type Outcome = (typeof OUTCOMES)[number];

export type PartOutcome = (typeof PART_OUTCOMES)[number];

/**
 * The state of a circuit breaker.
 *
 * @example
 * const isOpen = (state: CircuitBreakerState) => state === 'open';
 */
export type CircuitBreakerState = (typeof CIRCUIT_BREAKER_STATES)[number];

/**
 * The result of a call through a circuit breaker. An `ignored` error does not affect the circuit.
 *
 * @example
 * const { rejected }: Partial<Record<CircuitBreakerResult, number>> = circuitBreaker.calls;
 */
export type CircuitBreakerResult = (typeof CIRCUIT_BREAKER_RESULTS)[number];

/**
 * What an operator can do to a circuit breaker.
 *
 * @example
 * const { isolate }: Partial<Record<CircuitBreakerAction, number>> = circuitBreaker.administration;
 */
export type CircuitBreakerAction = (typeof CIRCUIT_BREAKER_ACTIONS)[number];

/**
 * The result of a call through a retry.
 *
 * @example
 * const { exhausted }: Partial<Record<RetryResult, number>> = retry.calls;
 */
export type RetryResult = (typeof RETRY_RESULTS)[number];

export type RetryAttempt = (typeof RETRY_ATTEMPTS)[number];

/**
 * The result of a call through a timeout.
 *
 * @example
 * const { timed_out }: Partial<Record<TimeoutResult, number>> = timeout.calls;
 */
export type TimeoutResult = (typeof TIMEOUT_RESULTS)[number];

/**
 * The result of a call through a bulkhead.
 *
 * @example
 * const { rejected }: Partial<Record<BulkheadResult, number>> = bulkhead.calls;
 */
export type BulkheadResult = (typeof BULKHEAD_RESULTS)[number];

/**
 * Whether a fallback replaced the result of a call.
 *
 * @example
 * const { used }: Partial<Record<FallbackResult, number>> = fallback.calls;
 */
export type FallbackResult = (typeof FALLBACK_RESULTS)[number];

/**
 * The kind of value with which a fallback replaces a failure.
 *
 * @example
 * const type: FallbackType = 'stale';
 */
export type FallbackType = (typeof FALLBACK_TYPES)[number];

export type DegradationStatus = (typeof DEGRADATION_STATUSES)[number];
export type DependencyResult = (typeof DEPENDENCY_RESULTS)[number];
export type RecoveryResult = (typeof RECOVERY_RESULTS)[number];
export type PolicyType = (typeof POLICY_TYPES)[number];
