import type {
  BulkheadResult,
  CircuitBreakerAction,
  CircuitBreakerResult,
  CircuitBreakerState,
  DEPENDENCY_RESULTS,
  DegradationStatus,
  ExecutionResult,
  FallbackResult,
  Outcome,
  RecoveryResult,
  RetryResult,
  TimeoutResult,
} from '../../semconv/attributes.ts';
import { STATES_WORST_FIRST } from '../../semconv/attributes.ts';
import type { Alert } from '../alerts/types.ts';

/**
 * Colors of Grafana that differ in lightness as well as in hue, so that a reader who sees no
 * difference between red and green can tell them apart.
 */
export const GOOD = 'light-green';
const STAND_IN = 'blue';
export const TURNED_AWAY = 'dark-orange';
const LATE = 'dark-purple';
export const BAD = 'dark-red';
const NEITHER = 'text';

/** Of lines that are told apart by nothing but their name: neither good nor bad. */
export const LINES = ['blue', 'dark-purple', 'yellow'] as const;

/** The same thing has the same color on every panel. */
export const OUTCOME: Readonly<Record<Outcome, string>> = {
  success: GOOD,
  fallback: STAND_IN,
  failure: BAD,
  rejected: TURNED_AWAY,
  timed_out: LATE,
  cancelled: NEITHER,
  not_handled: NEITHER,
};

export const EXECUTION_RESULT: Readonly<Record<ExecutionResult, string>> = {
  answered: GOOD,
  unanswered: BAD,
};

const STATE_VIEWS: Readonly<Record<CircuitBreakerState, { text: string; color: string }>> = {
  closed: { text: 'closed', color: GOOD },
  isolated: { text: 'isolated by hand', color: LATE },
  half_open: { text: 'half-open', color: TURNED_AWAY },
  open: { text: 'open', color: BAD },
};

/** The best state first: its index is its value in a panel. */
export const STATES = STATES_WORST_FIRST.toReversed().map((state) => ({
  state,
  ...STATE_VIEWS[state],
}));

export const STATE: Readonly<Record<string, string>> = Object.fromEntries(
  STATES.map(({ state, color }) => [state, color]),
);

export const BREAKER_RESULT: Readonly<Record<CircuitBreakerResult, string>> = {
  success: GOOD,
  failure: BAD,
  ignored: STAND_IN,
  rejected: TURNED_AWAY,
  cancelled: NEITHER,
};

export const ACTION: Readonly<Record<CircuitBreakerAction, string>> = {
  reset: GOOD,
  isolate: LATE,
  release: STAND_IN,
};

export const RETRY_RESULT: Readonly<Record<RetryResult, string>> = {
  success_without_retry: GOOD,
  success_after_retry: STAND_IN,
  exhausted: BAD,
  not_retryable: TURNED_AWAY,
  aborted: NEITHER,
};

export const TIMEOUT_RESULT: Readonly<Record<TimeoutResult, string>> = {
  completed: GOOD,
  timed_out: LATE,
  cancelled: NEITHER,
};

export const BULKHEAD_RESULT: Readonly<Record<BulkheadResult, string>> = {
  accepted: GOOD,
  rejected: TURNED_AWAY,
  cancelled: NEITHER,
};

export const FALLBACK_RESULT: Readonly<Record<FallbackResult, string>> = {
  not_used: GOOD,
  used: STAND_IN,
  failed: BAD,
};

export const DEGRADATION_STATUS: Readonly<Record<DegradationStatus, string>> = {
  complete: GOOD,
  partial: STAND_IN,
  failed: BAD,
};

export const DEPENDENCY_RESULT: Readonly<Record<(typeof DEPENDENCY_RESULTS)[number], string>> = {
  available: GOOD,
  slow: TURNED_AWAY,
  unavailable: BAD,
};

export const RECOVERY_RESULT: Readonly<Record<RecoveryResult, string>> = {
  success: GOOD,
  failure: BAD,
};

/** From least to most urgent. */
export const SEVERITIES = [
  { severity: 'info', text: 'info', color: STAND_IN },
  { severity: 'warning', text: 'warning', color: TURNED_AWAY },
  { severity: 'critical', text: 'critical', color: BAD },
] as const satisfies readonly { severity: Alert['severity']; text: string; color: string }[];
