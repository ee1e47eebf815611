/**
 * Names of events for OpenTelemetry's Logs API, and their attributes that metrics do not have.
 * https://opentelemetry.io/docs/specs/semconv/general/events/
 */

/** A state change of a circuit breaker. */
export const EVENT_STATE_CHANGE = 'resilience.circuit_breaker.state_change';
/** An operation on a circuit breaker, or an aborted execution. */
export const EVENT_ADMINISTRATION = 'resilience.administration';

/** The key of the policy, if it has one. */
export const EVENT_ATTR_POLICY_KEY = 'resilience.policy.key';
/** Seconds since the circuit left closed; only for a recovery. */
export const EVENT_ATTR_RECOVERY_DURATION = 'resilience.circuit_breaker.recovery.duration';
/** The operation: reset, isolate, release or abort. */
export const EVENT_ATTR_ACTION = 'resilience.administration.action';
/** The author of the operation. */
export const EVENT_ATTR_BY = 'resilience.administration.by';
/** The person for whom the owner of the token acted. */
export const EVENT_ATTR_ON_BEHALF_OF = 'resilience.administration.on_behalf_of';
/** The reason of the operation. */
export const EVENT_ATTR_REASON = 'resilience.administration.reason';
/** The ID of an aborted execution. */
export const EVENT_ATTR_EXECUTION_ID = 'resilience.execution.id';
