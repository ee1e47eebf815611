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
import { LIMITS } from '../../thresholds.ts';
import { FLEET } from '../dashboards/uids.ts';
import { INSTANCE, is, isNot, isOneOf, JOB, type Queries, REPLICA } from '../queries.ts';
import type { Alert } from './alert.ts';

export function alerts(queries: Queries): Alert[] {
  return [stuckOpen(queries)];
}

/** Prometheus scrapes and OTLP pushes every 60 s by default, and rarely less often. */
const SPARSEST_SECONDS = 60;

/** So much of the window must have been observed; samples 60 s apart, one missed, leave 95 %. */
const OBSERVED = 0.9;

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
 *   it knows 4 where samples are 60 s apart, and an outage of 4 min may fill them. So the 6 min that
 *   hold 5 must agree: had the circuit been closed in all the added minute, 285 of 345 s are left.
 */
function stuckOpen(queries: Queries): Alert {
  const { seconds, windowSeconds } = LIMITS.stuckOpen;
  const limit = queries.seconds(seconds);
  const window = queries.seconds(windowSeconds);
  const last = queries.window(windowSeconds);
  const wider = queries.window(windowSeconds + SPARSEST_SECONDS);
  const sum = (expr: string) => `sum ${queries.by(REPLICA)} (${expr})`;

  const state = (matcher?: Matcher) => queries.of(CIRCUIT_BREAKER_STATE, matcher && [matcher]);
  const closed = state(is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed'));
  const inUse = state(isNot<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'isolated'));
  const time = queries.of(CIRCUIT_BREAKER_TIME);
  const timeNotClosed = queries.of(CIRCUIT_BREAKER_TIME, [
    isOneOf<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, ['open', 'half_open']),
  ]);
  const share = (range: string) =>
    `${sum(`increase(${timeNotClosed}[${range}])`)}\n    / ${sum(`increase(${time}[${range}])`)}`;
  const rejected = queries.of(CIRCUIT_BREAKER_CALLS, [
    is<CircuitBreakerResult>(ATTR_CIRCUIT_BREAKER_RESULT, 'rejected'),
  ]);
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  const instance = queries.labelValue(INSTANCE);
  return {
    name: 'ResilienceCircuitBreakerStuckOpen',
    severity: 'warning',
    expr: `
(
  # Seconds of the last ${last} that the breaker was not closed; of several breakers, the mean.
  ${window} * ${share(last)}
    > ${limit}
  # Of ${last} a few samples tell too little: the last ${wider} agree.
  and ${share(wider)}
    > ${limit} / ${limit + queries.seconds(SPARSEST_SECONDS)}
  or
  # One of several breakers: so many seconds in sum, and at no scrape were all of them closed.
  clamp_max(${window} * ${share(last)}
    * ${sum(state())}, ${window})
    > ${limit}
  and ${sum(`max_over_time(${closed}[${wider}])`)}
    < ${sum(inUse)}
)
# Somebody was turned away: a circuit that nobody calls stays open, and harms nobody.
and ${sum(`increase(${rejected}[${last}])`)}
  > 0
# Not of a replica that has just started or was away.
unless ${sum(`increase(${time}[${wider}])`)}
  < ${queries.seconds(windowSeconds * OBSERVED)} * ${sum(state())}`.trim(),
    summary: `The circuit of {{ ${policy} }} stays open on {{ ${instance} }}.`,
    description:
      `The circuit breaker of {{ ${policy} }} on {{ ${instance} }} ` +
      `(job {{ ${queries.labelValue(JOB)} }}) was open or half-open for ` +
      `{{ $value | humanizeDuration }} of the last ${last} ` +
      `(limit ${queries.window(seconds)}), and calls were rejected in that time.`,
    dashboard: FLEET,
  };
}
