import {
  ATTR_CIRCUIT_BREAKER_RESULT,
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_POLICY_NAME,
  type CircuitBreakerResult,
  type CircuitBreakerState,
} from '../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TIME,
} from '../semconv/metrics.ts';
import { LIMITS } from '../thresholds.ts';
import type { Alert } from './alert.ts';
import { FLEET } from './dashboards.ts';
import { INSTANCE, is, isNot, isOneOf, JOB, type Queries, REPLICA } from './queries.ts';

export function alerts(queries: Queries): Alert[] {
  return [stuckOpen(queries)];
}

/**
 * One replica's circuit, open or half-open nearly all the time of a window, while calls came.
 *
 * - From the clock of each state, not from the state at the moment of a scrape, which a slow probe
 *   shows as half-open again and again; so it needs no `for:`, its window is the waiting.
 * - Several breakers of one name are one sum. Ten that were open for 30 s each are no circuit stuck
 *   for 300 s, so what counts is their mean: their time not closed, of all time they had. One of
 *   ten that is stuck hides in the mean, and shows in the states instead: at no scrape were all
 *   ten closed.
 * - A share of the time that was observed stays right when a scrape is missed, where a difference
 *   falls short. But at least the limit must have been observed: after 10 s of life, 10 s are all.
 */
function stuckOpen(queries: Queries): Alert {
  const { seconds, windowSeconds } = LIMITS.stuckOpen;
  const limit = queries.seconds(seconds);
  const window = queries.seconds(windowSeconds);
  const range = queries.range(windowSeconds);
  const by = queries.by(REPLICA);
  const notClosed = isOneOf<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, ['open', 'half_open']);
  const time = queries.of(CIRCUIT_BREAKER_TIME);
  const timeNotClosed = queries.of(CIRCUIT_BREAKER_TIME, [notClosed]);
  const closed = queries.of(CIRCUIT_BREAKER_STATE, [
    is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed'),
  ]);
  const inUse = queries.of(CIRCUIT_BREAKER_STATE, [
    isNot<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'isolated'),
  ]);
  const rejected = queries.of(CIRCUIT_BREAKER_CALLS, [
    is<CircuitBreakerResult>(ATTR_CIRCUIT_BREAKER_RESULT, 'rejected'),
  ]);
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceCircuitBreakerStuckOpen',
    severity: 'warning',
    expr: `
(
  # Seconds of the last ${queries.window(windowSeconds)} that its breaker was not closed; of several, the mean.
  ${window}
    * sum ${by} (increase(${timeNotClosed}[${range}]))
    / clamp_min(sum ${by} (increase(${time}[${range}])), ${limit})
    > ${limit}
  or
  # One of several: so much time in sum, and at no scrape were all of them closed.
  clamp_max(${window} * sum ${by} (rate(${timeNotClosed}[${range}])), ${window}) > ${limit}
    and sum ${by} (max_over_time(${closed}[${range}])) < sum ${by} (${inUse})
)
# Somebody was turned away: a circuit that nobody calls stays open for ever, and harms nobody.
and sum ${by} (increase(${rejected}[${range}])) > 0
# It is as old as the window: several young breakers have much time in sum.
and sum ${by} (${time} offset ${queries.window(windowSeconds)})`.trim(),
    summary: `The circuit of {{ ${policy} }} stays open on {{ ${queries.labelValue(INSTANCE)} }}.`,
    description:
      `The circuit breaker of {{ ${policy} }} on {{ ${queries.labelValue(INSTANCE)} }} ` +
      `(job {{ ${queries.labelValue(JOB)} }}) was open or half-open for ` +
      `{{ $value | humanizeDuration }} of the last ${queries.window(windowSeconds)} ` +
      `(limit ${queries.window(seconds)}), and calls were rejected in that time.`,
    dashboard: FLEET,
  };
}
