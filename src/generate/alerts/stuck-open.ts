import {
  ATTR_CIRCUIT_BREAKER_RESULT,
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_POLICY_NAME,
  type CircuitBreakerResult,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TIME,
} from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import { duration } from '../duration.ts';
import { is, isOneOf, type Queries } from '../queries.ts';
import { breakersOf } from './recorded.ts';
import type { Alert } from './rule.ts';
import { sparsest } from './samples.ts';

/** So much of a window must have been observed; of 5 min, samples 60 s apart, one missed, leave 95 %. */
export const OBSERVED = 0.9;

export const REJECTED = is<CircuitBreakerResult>(ATTR_CIRCUIT_BREAKER_RESULT, 'rejected');
export const NOT_CLOSED = isOneOf<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, [
  'open',
  'half_open',
]);
/** All other states. */
export const SETTLED = isOneOf<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, [
  'closed',
  'isolated',
]);

/**
 * One replica's circuit, open or half-open nearly all the time of a window, while calls came.
 *
 * - From the clock of each state, not from the state at the moment of a scrape, which a slow probe
 *   shows as half-open again and again; so it needs no `for:`, its window is the waiting.
 * - Several breakers of one name are one sum. Ten that were open for 30 s each are no circuit stuck
 *   for 300 s, so what counts is their mean: their time not closed, of all time they had. One of
 *   ten that is stuck hides in the mean, and shows in the states instead: at no scrape were all
 *   ten closed.
 * - A share of the time that was observed is still right when a scrape is missed, where a number
 *   of seconds falls short and the alert would flicker. Of a replica that has just started, or was
 *   away, 10 s are all there is; so nearly the whole window must have been observed.
 * - `increase()` knows the time between the first and the last sample and guesses the rest. Of 5 min
 *   it knows 4 where samples are 60 s apart, and an outage of 4 min may fill them. So it looks at the
 *   6 min that hold 5: had the circuit been closed in all the added minute, 285 of 345 s are left.
 */
export function stuckOpen(queries: Queries): Alert {
  const { seconds, windowSeconds } = queries.limits.stuckOpen;
  const window = queries.windowSeconds(windowSeconds);
  const limit = (window * seconds) / windowSeconds;
  const sample = sparsest(queries);
  const last = queries.window(windowSeconds);
  const wider = duration(window + sample);
  const sum = (expr: string) => `sum ${queries.by(queries.replica)} (${expr})`;

  const state = (value: CircuitBreakerState) =>
    queries.of(CIRCUIT_BREAKER_STATE, [is(ATTR_CIRCUIT_BREAKER_STATE, value)]);
  const spent = (...matchers: Matcher[]) =>
    sum(`increase(${queries.of(CIRCUIT_BREAKER_TIME, matchers)}[${wider}])`);
  const rejected = queries.of(CIRCUIT_BREAKER_CALLS, [REJECTED]);
  // Not what is recorded of them: what pages must not wait for another file.
  const breakers = breakersOf(queries);
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  const instance = queries.labelValue(queries.instance);
  return {
    name: 'ResilienceCircuitBreakerStuckOpen',
    severity: 'warning',
    about: 'replica',
    expr: `
# Seconds of the last ${last} that the breaker was not closed; of several breakers, the mean.
clamp_max(${limit + sample} * ${spent(NOT_CLOSED)}
  # Not of a replica that has just started or was away.
  / (${spent()} >= ${window * OBSERVED} * ${breakers})
  # One of several: so many seconds in sum, where at no scrape all of them were closed.
  * clamp_min(${breakers} * (${breakers} > bool
      ${sum(`max_over_time(${state('closed')}[${wider}])`)}
      + ${sum(`last_over_time(${state('isolated')}[${wider}])`)}), 1), ${window})
  > ${limit}
# Somebody was turned away: a circuit that nobody calls stays open, and harms nobody.
and ${sum(`increase(${rejected}[${last}])`)}
  > 0`.trim(),
    summary: `The circuit of {{ ${policy} }} stays open on {{ ${instance} }}.`,
    description:
      `The circuit breaker of {{ ${policy} }} on {{ ${instance} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) was open or half-open for ` +
      `{{ $value | humanizeDuration }} of the last ${last} ` +
      `(limit ${queries.time(seconds)}), and calls were rejected in that time.`,
  };
}
