/**
 * Events for OpenTelemetry's Logs API, and their attributes that metrics do not have.
 * https://opentelemetry.io/docs/specs/semconv/general/events/
 */
export const EVENT_STATE_CHANGE = 'resilience.circuit_breaker.state_change';
/** An operation on a circuit breaker, or an aborted execution. */
export const EVENT_ADMINISTRATION = 'resilience.administration';

/** The key of the policy, if it has one. */
export const EVENT_ATTR_POLICY_KEY = 'resilience.policy.key';
/** Seconds since the circuit left closed; only for a recovery. */
export const EVENT_ATTR_RECOVERY_DURATION = 'resilience.circuit_breaker.recovery.duration';
export const EVENT_ATTR_ACTION = 'resilience.administration.action';
export const EVENT_ATTR_BY = 'resilience.administration.by';
export const EVENT_ATTR_ON_BEHALF_OF = 'resilience.administration.on_behalf_of';
export const EVENT_ATTR_REASON = 'resilience.administration.reason';
export const EVENT_ATTR_EXECUTION_ID = 'resilience.execution.id';
