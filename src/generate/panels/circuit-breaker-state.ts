import {
  Number as Count,
  DateTimeFromNow,
  PercentUnit,
  Seconds,
} from '@grafana/grafana-foundation-sdk/units';
import { ATTR_CIRCUIT_BREAKER_STATE, type CircuitBreakerState } from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_DOWNTIME,
  CIRCUIT_BREAKER_FAILURES,
  CIRCUIT_BREAKER_FAILURES_LIMIT,
  CIRCUIT_BREAKER_STATE,
  type Metric,
} from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import { equals, notEquals, oneOf, type Queries } from '../promql/queries.ts';
import { GOOD, STATE_COLORS, STATES } from './colors.ts';
import { policyLegend, ratio, sum, total } from './targets.ts';
import type { Graph } from './types.ts';

export const NO_BREAKER = 'no circuit breaker is instrumented, or no replica reports.';

/** States of a failing dependency. An operator isolates a circuit on purpose. */
export const OPEN = oneOf<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, ['open', 'half_open']);

export function notClosed(queries: Queries): Graph {
  const matcher = notEquals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed');
  return {
    kind: 'stat',
    title: 'Circuits not closed',
    description:
      'Circuit breakers on all replicas that are open, half-open or isolated now. They reject calls. ' +
      'Normal: 0.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [{ expr: `sum(${queries.dashboardSelector(CIRCUIT_BREAKER_STATE, [matcher])})` }],
    limit: { value: queries.limits.opened.count, bad: 'above' },
  };
}

/** Circuit breakers that were in a state at any scrape of the interval. */
function inState(queries: Queries, state: CircuitBreakerState): string {
  const matcher = equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, state);
  return `max_over_time(${queries.dashboardSelector(CIRCUIT_BREAKER_STATE, [matcher])}[$__rate_interval])`;
}

function worstState(queries: Queries, by: readonly string[]): string {
  const parts = STATES.map(({ state }, value) => {
    const breakers = sum(queries, [...by, ATTR_CIRCUIT_BREAKER_STATE], inState(queries, state));
    return `${value} * (${breakers} > bool 0)`;
  });
  return `max ${queries.by(by)} (\n  ${parts.join('\n  or ')}\n)`;
}

export function worstStateByPolicy(queries: Queries): Graph {
  return {
    kind: 'states',
    title: 'Worst circuit breaker state per policy',
    description:
      'The worst state of any circuit breaker on any replica, in the order open, half-open, isolated, ' +
      'closed. The share below shows whether one replica or all are affected.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [{ expr: worstState(queries, queries.policy), legend: policyLegend(queries) }],
    values: STATES,
    linksToPolicy: true,
  };
}

/** For one policy. */
export function currentState(queries: Queries): Graph {
  return {
    kind: 'stat',
    title: 'Worst state',
    description:
      'The worst state of any circuit breaker of this policy now. If open, it rejects calls without ' +
      'sending them. The section on the circuit breaker shows which replica.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [{ expr: worstState(queries, [queries.job]) }],
    values: STATES,
  };
}

export function stateByReplica(queries: Queries): Graph {
  return {
    kind: 'states',
    title: 'State by replica',
    description:
      'The worst state of this policy on each replica. One open band: a problem of that replica. All ' +
      'bands open: a problem of the dependency.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [
      {
        expr: worstState(queries, [queries.job, queries.instance]),
        legend: `${queries.legend(queries.instance)} (${queries.legend(queries.job)})`,
      },
    ],
    values: STATES,
  };
}

/** For one policy. */
export function openSince(queries: Queries): Graph {
  const downtime = queries.dashboardSelector(CIRCUIT_BREAKER_DOWNTIME);
  return {
    kind: 'stat',
    title: 'Open since',
    description:
      'Time since the circuit left closed, failed probes included, on the replica where it is longest. ' +
      'The first call after `halfOpenAfter` is the next probe; `cockatiel-otel breakers` shows when.',
    noData: NO_BREAKER,
    unit: DateTimeFromNow,
    // Milliseconds since 1970, or 0 if every circuit is closed or isolated.
    queries: [{ expr: `1000 * (time() - max(${downtime} > 0))\nor 0 * max(${downtime})` }],
    values: [{ text: 'not open', color: GOOD }],
  };
}

export function downtime(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Time since closed, worst replica',
    description:
      'Time since a circuit of the policy left closed, failed probes included, on the replica where it ' +
      'is longest. Above the line, while calls arrive, ResilienceCircuitBreakerStuckOpen fires.',
    noData: NO_BREAKER,
    unit: Seconds,
    queries: [
      {
        expr: `max ${queries.by(queries.policy)} (${queries.dashboardSelector(CIRCUIT_BREAKER_DOWNTIME)})`,
        legend: policyLegend(queries),
      },
    ],
    limit: { value: queries.seconds(queries.limits.stuckOpen.seconds), bad: 'above' },
    linksToPolicy: true,
  };
}

export function shareNotClosed(queries: Queries): Graph {
  const breakers = (matchers: Matcher[] = []) =>
    sum(queries, queries.policy, queries.dashboardSelector(CIRCUIT_BREAKER_STATE, matchers));
  return {
    kind: 'lines',
    title: 'Share of circuit breakers not closed',
    description:
      'Circuit breakers of a policy on all replicas that are open or half-open: one replica of four is ' +
      '25 %. At the line, ResilienceCircuitBreakerOpenFleetWide fires: the dependency is unavailable for ' +
      'the whole service.',
    noData: NO_BREAKER,
    unit: PercentUnit,
    queries: [{ expr: ratio(breakers([OPEN]), breakers()), legend: policyLegend(queries) }],
    limit: { value: queries.limits.fleetWide.ratio, bad: 'above' },
    linksToPolicy: true,
  };
}

export function breakersByState(queries: Queries): Graph {
  const by = [ATTR_CIRCUIT_BREAKER_STATE];
  return {
    kind: 'stack',
    title: 'Circuit breakers by state',
    description: 'Circuit breakers on all replicas. Open and isolated ones reject calls.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [
      {
        expr: total(queries, CIRCUIT_BREAKER_STATE, by),
        legend: queries.legend(ATTR_CIRCUIT_BREAKER_STATE),
      },
    ],
    colors: STATE_COLORS,
  };
}

export function consecutiveFailures(queries: Queries): Graph {
  const largest = (metric: Metric) => `max(${queries.dashboardSelector(metric)})`;
  return {
    kind: 'lines',
    title: 'Consecutive failures',
    description:
      'How close a circuit is to opening, on the closest replica. At the dashed line it opens. Circuit ' +
      'breakers that open at a ratio of failures are not included.',
    noData: 'no circuit breaker counts consecutive failures, or no replica reports.',
    unit: Count,
    queries: [
      { expr: largest(CIRCUIT_BREAKER_FAILURES), legend: 'failures' },
      { expr: largest(CIRCUIT_BREAKER_FAILURES_LIMIT), legend: 'limit', isLimit: true },
    ],
  };
}
