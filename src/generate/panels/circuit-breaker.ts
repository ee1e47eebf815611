import { Number as Count, PercentUnit, Seconds } from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_POLICY_NAME,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_RECOVERY_DURATION,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TIME,
} from '../../semconv/metrics.ts';
import { is, isNot, isOneOf, type Queries } from '../queries.ts';
import type { Panel } from './panel.ts';

const NO_BREAKER = 'no circuit breaker is instrumented, or no replica reports.';

export function notClosed(queries: Queries): Panel {
  const matcher = isNot<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed');
  return {
    kind: 'stat',
    title: 'Circuits not closed',
    description:
      'Circuit breakers that are open, half-open or isolated now, on all replicas: calls through them ' +
      'are rejected.',
    noData: NO_BREAKER,
    unit: Count,
    query: `sum(${queries.shown(CIRCUIT_BREAKER_STATE, [matcher])})`,
    limit: { value: queries.limits.opened.count, bad: 'above' },
  };
}

export function reporting(queries: Queries): Panel {
  return {
    kind: 'stat',
    title: 'Circuit breakers reporting',
    description:
      'How many circuit breakers there are, on all replicas. Fewer than usual is silence.',
    noData: NO_BREAKER,
    unit: Count,
    query: `sum(${queries.shown(CIRCUIT_BREAKER_STATE)})`,
  };
}

export function recovery(queries: Queries): Panel {
  const total = (part: 'sum' | 'count') =>
    `sum(increase(${queries.shown(CIRCUIT_BREAKER_RECOVERY_DURATION, [], part)}[$__range]))`;
  return {
    kind: 'stat',
    title: 'Mean time to recovery',
    description:
      'From the first opening of a circuit until it was closed again, failed probes included: the mean ' +
      'of all recoveries in the time shown.',
    noData: 'no circuit has closed again in the time shown.',
    unit: Seconds,
    query: `${total('sum')} / (${total('count')} > 0)`,
    limit: { value: queries.seconds(queries.limits.recovery.seconds), bad: 'above' },
  };
}

/** From best to worst; the position is the value that the query gives. */
const WORST = [
  { state: 'closed', text: 'closed', color: 'green' },
  { state: 'isolated', text: 'isolated by hand', color: 'purple' },
  { state: 'half_open', text: 'half-open', color: 'yellow' },
  { state: 'open', text: 'open', color: 'red' },
] as const satisfies readonly { state: CircuitBreakerState; text: string; color: string }[];

export function worstState(queries: Queries): Panel {
  // From the clock of each state, so that an opening between two scrapes is seen as well.
  const parts = WORST.map(({ state }, worse) => {
    const matcher = is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, state);
    return `${worse} * (${queries.rate(CIRCUIT_BREAKER_TIME, [matcher])} > bool 0)`;
  });
  return {
    kind: 'states',
    title: 'Worst state of any replica',
    description:
      'For each policy the worst state in which any breaker of any replica was, even for a moment: ' +
      'open before half-open, isolated, closed. Whether it is one replica or all: see the share below.',
    noData: NO_BREAKER,
    unit: Count,
    query: `max ${queries.by([ATTR_POLICY_NAME])} (\n  ${parts.join('\n  or ')}\n)`,
    legend: queries.legend(ATTR_POLICY_NAME),
    values: WORST,
  };
}

export function shareNotClosed(queries: Queries): Panel {
  const matcher = isOneOf<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, ['open', 'half_open']);
  const by = queries.by(queries.replica);
  const { seconds, windowSeconds } = queries.limits.stuckOpen;
  return {
    kind: 'lines',
    title: 'Share of time not closed, worst replica',
    description:
      'How much of the time the circuits of a policy were open or half-open on the replica where it was ' +
      'most. At the line for 5 min while calls come, ResilienceCircuitBreakerStuckOpen fires.',
    noData: NO_BREAKER,
    unit: PercentUnit,
    query:
      `max ${queries.by([ATTR_POLICY_NAME])} (\n` +
      `  sum ${by} (${queries.rate(CIRCUIT_BREAKER_TIME, [matcher])})\n` +
      `  / sum ${by} (${queries.rate(CIRCUIT_BREAKER_TIME)})\n)`,
    legend: queries.legend(ATTR_POLICY_NAME),
    limit: { value: seconds / windowSeconds, bad: 'above' },
  };
}
