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
 * Grafana colors that differ in lightness and hue, so that readers with red-green color blindness can
 * distinguish them.
 */
export const GOOD = 'light-green';
export const BAD = 'dark-red';
export const WARNING = 'dark-orange';
/** An answer that is not the regular one, such as that of a fallback. */
const SUBSTITUTE = 'blue';
const TIMED_OUT = 'dark-purple';
const ISOLATED = 'dark-purple';
const NEUTRAL = 'text';

/** Colors of lines that are neither good nor bad. */
export const LINE_COLORS = ['blue', 'dark-purple', 'yellow'] as const;

type Colors<Name extends string> = Readonly<Record<Name, string>>;

export const OUTCOME_COLORS: Colors<Outcome> = {
  success: GOOD,
  fallback: SUBSTITUTE,
  failure: BAD,
  rejected: WARNING,
  timed_out: TIMED_OUT,
  cancelled: NEUTRAL,
  not_handled: NEUTRAL,
};

export const EXECUTION_RESULT_COLORS: Colors<ExecutionResult> = {
  answered: GOOD,
  unanswered: BAD,
};

const STATE_TEXTS: Readonly<Record<CircuitBreakerState, { text: string; color: string }>> = {
  closed: { text: 'closed', color: GOOD },
  isolated: { text: 'isolated', color: ISOLATED },
  half_open: { text: 'half-open', color: WARNING },
  open: { text: 'open', color: BAD },
};

/** The states, best first: the index of a state is its value in panels. */
export const STATES = STATES_WORST_FIRST.toReversed().map((state) => ({
  state,
  ...STATE_TEXTS[state],
}));

export const STATE_COLORS: Readonly<Record<string, string>> = Object.fromEntries(
  STATES.map(({ state, color }) => [state, color]),
);

export const BREAKER_RESULT_COLORS: Colors<CircuitBreakerResult> = {
  success: GOOD,
  failure: BAD,
  ignored: SUBSTITUTE,
  rejected: WARNING,
  cancelled: NEUTRAL,
};

export const ACTION_COLORS: Colors<CircuitBreakerAction> = {
  reset: GOOD,
  isolate: ISOLATED,
  release: SUBSTITUTE,
};

export const RETRY_RESULT_COLORS: Colors<RetryResult> = {
  success_without_retry: GOOD,
  success_after_retry: SUBSTITUTE,
  exhausted: BAD,
  not_retryable: WARNING,
  aborted: NEUTRAL,
  budget_exhausted: TIMED_OUT,
};

export const TIMEOUT_RESULT_COLORS: Colors<TimeoutResult> = {
  completed: GOOD,
  timed_out: TIMED_OUT,
  cancelled: NEUTRAL,
};

export const BULKHEAD_RESULT_COLORS: Colors<BulkheadResult> = {
  accepted: GOOD,
  rejected: WARNING,
  cancelled: NEUTRAL,
};

export const FALLBACK_RESULT_COLORS: Colors<FallbackResult> = {
  not_used: GOOD,
  used: SUBSTITUTE,
  failed: BAD,
};

export const DEGRADATION_STATUS_COLORS: Colors<DegradationStatus> = {
  complete: GOOD,
  partial: SUBSTITUTE,
  failed: BAD,
};

export const DEPENDENCY_RESULT_COLORS: Colors<(typeof DEPENDENCY_RESULTS)[number]> = {
  available: GOOD,
  slow: WARNING,
  unavailable: BAD,
};

export const RECOVERY_RESULT_COLORS: Colors<RecoveryResult> = {
  success: GOOD,
  failure: BAD,
};

/** From least to most urgent. */
export const SEVERITIES = [
  { severity: 'info', text: 'info', color: SUBSTITUTE },
  { severity: 'warning', text: 'warning', color: WARNING },
  { severity: 'critical', text: 'critical', color: BAD },
] as const satisfies readonly { severity: Alert['severity']; text: string; color: string }[];
