/**
 * Attribute names and the closed lists of their values.
 *
 * Naming follows OpenTelemetry's rules for attributes: lower case, dots between namespaces,
 * underscores between words (https://opentelemetry.io/docs/specs/semconv/general/naming/).
 */

/** What every name of ours begins with. */
export const NAMESPACE = 'resilience.';

export const ATTR_POLICY_NAME = 'resilience.policy.name';
export const ATTR_POLICY_TYPE = 'resilience.policy.type';
export const ATTR_OUTCOME = 'resilience.outcome';
export const ATTR_EXECUTION_RESULT = 'resilience.execution.result';
export const ATTR_CIRCUIT_BREAKER_STATE = 'resilience.circuit_breaker.state';
export const ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE = 'resilience.circuit_breaker.previous_state';
export const ATTR_CIRCUIT_BREAKER_RESULT = 'resilience.circuit_breaker.result';
/** What was done to a circuit breaker by hand. */
export const ATTR_CIRCUIT_BREAKER_ACTION = 'resilience.circuit_breaker.action';
export const ATTR_RETRY_RESULT = 'resilience.retry.result';
export const ATTR_RETRY_ATTEMPT = 'resilience.retry.attempt';
export const ATTR_TIMEOUT_RESULT = 'resilience.timeout.result';
export const ATTR_BULKHEAD_RESULT = 'resilience.bulkhead.result';
export const ATTR_FALLBACK_RESULT = 'resilience.fallback.result';
export const ATTR_FALLBACK_TYPE = 'resilience.fallback.type';
export const ATTR_DEGRADATION_NAME = 'resilience.degradation.name';
export const ATTR_DEGRADATION_STATUS = 'resilience.degradation.status';
export const ATTR_DEGRADATION_PART = 'resilience.degradation.part';
export const ATTR_DEPENDENCY_NAME = 'resilience.dependency.name';
export const ATTR_DEPENDENCY_RESULT = 'resilience.dependency.result';
export const ATTR_DEPENDENCY_RECOVERY_RESULT = 'resilience.dependency.recovery.result';
/** OpenTelemetry's own: https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
export const ATTR_ERROR_TYPE = 'error.type';

/**
 * OpenTelemetry's own: on the series into which an SDK folds what is beyond its cardinality limit.
 * https://opentelemetry.io/docs/specs/otel/metrics/sdk/#overflow-attribute
 */
export const ATTR_METRIC_OVERFLOW = 'otel.metric.overflow';

/** The value OpenTelemetry reserves for an error type that is not told apart. */
export const ERROR_TYPE_OTHER = '_OTHER';

/**
 * What the caller of an instrumented policy saw. `not_handled` is an error that no filter of the
 * policy handles, such as a 404: no failure of the dependency, outside availability and budget.
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

/** How a part of a gathered answer can end: no policy is asked whether it handles the error. */
export const PART_OUTCOMES = OUTCOMES.filter((outcome) => outcome !== 'not_handled');

/** Whether the caller got a result: by the outcomes success and fallback, or by any other. */
export const EXECUTION_RESULTS = ['answered', 'unanswered'] as const;

/** In the order of cockatiel's `CircuitState` enum, so that its number is an index here. */
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

/** The changes that cockatiel's breaker can make: [previous state, new state]. */
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
] as const;

/** `1` is the first retry, that is the second call; the tenth and later ones are one. */
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

/** Where a fallback policy tells its type, if it is one that knows. No attribute. */
export const FALLBACK_TYPE = Symbol.for('cockatiel-otel.fallback.type');

/** The policies that act on an error or a failed result they are given. */
export const POLICY_TYPES = ['retry', 'circuit_breaker', 'fallback'] as const;

/** How much of an answer that is gathered from parts was there. */
export const DEGRADATION_STATUSES = ['complete', 'partial', 'failed'] as const;

export const DEPENDENCY_RESULTS = ['available', 'slow', 'unavailable'] as const;

export const RECOVERY_RESULTS = ['success', 'failure'] as const;

export type ExecutionResult = (typeof EXECUTION_RESULTS)[number];
export type Outcome = (typeof OUTCOMES)[number];
export type PartOutcome = (typeof PART_OUTCOMES)[number];
export type CircuitBreakerState = (typeof CIRCUIT_BREAKER_STATES)[number];
export type CircuitBreakerResult = (typeof CIRCUIT_BREAKER_RESULTS)[number];
export type CircuitBreakerAction = (typeof CIRCUIT_BREAKER_ACTIONS)[number];
export type RetryResult = (typeof RETRY_RESULTS)[number];
export type RetryAttempt = (typeof RETRY_ATTEMPTS)[number];
export type TimeoutResult = (typeof TIMEOUT_RESULTS)[number];
export type BulkheadResult = (typeof BULKHEAD_RESULTS)[number];
export type FallbackResult = (typeof FALLBACK_RESULTS)[number];
export type FallbackType = (typeof FALLBACK_TYPES)[number];
export type DegradationStatus = (typeof DEGRADATION_STATUSES)[number];
export type DependencyResult = (typeof DEPENDENCY_RESULTS)[number];
export type RecoveryResult = (typeof RECOVERY_RESULTS)[number];
export type PolicyType = (typeof POLICY_TYPES)[number];
