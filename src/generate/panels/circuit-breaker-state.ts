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
import { GOOD, STATE, STATES } from './colors.ts';
import { now, policyLegend, ratio, sum } from './targets.ts';
import type { Graph } from './types.ts';

export const NO_BREAKER = 'no circuit breaker is instrumented, or no replica reports.';

/** What rejects calls until its reset time is over; isolated is somebody's will. */
export const OPEN = oneOf<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, ['open', 'half_open']);

export function notClosed(queries: Queries): Graph {
  const matcher = notEquals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed');
  return {
    kind: 'stat',
    title: 'Circuits not closed',
    description:
      'Circuit breakers that are open, half-open or isolated now, on all replicas: calls through them ' +
      'are rejected.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [{ expr: `sum(${queries.dashboardSelector(CIRCUIT_BREAKER_STATE, [matcher])})` }],
    limit: { value: queries.limits.opened.count, bad: 'above' },
  };
}

/** Breakers that a scrape of the last interval saw in a state. */
function seen(queries: Queries, state: CircuitBreakerState): string {
  const matcher = equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, state);
  return `max_over_time(${queries.dashboardSelector(CIRCUIT_BREAKER_STATE, [matcher])}[$__rate_interval])`;
}

function worst(queries: Queries, by: readonly string[]): string {
  const parts = STATES.map(({ state }, worse) => {
    const breakers = sum(queries, [...by, ATTR_CIRCUIT_BREAKER_STATE], seen(queries, state));
    return `${worse} * (${breakers} > bool 0)`;
  });
  return `max ${queries.by(by)} (\n  ${parts.join('\n  or ')}\n)`;
}

export function worstState(queries: Queries): Graph {
  return {
    kind: 'states',
    title: 'Worst state of any replica',
    description:
      'For each policy the worst state that a scrape saw of any breaker on any replica: open before ' +
      'half-open, isolated, closed. Whether it is one replica or all: see the share below.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [{ expr: worst(queries, queries.policy), legend: policyLegend(queries) }],
    values: STATES,
    toPolicy: true,
  };
}

/** Of one policy, now. */
export function stateNow(queries: Queries): Graph {
  return {
    kind: 'stat',
    title: 'Worst circuit',
    description:
      'The worst state of any breaker of this policy in the last scrapes: if open, calls through it are ' +
      'rejected before they are made. Which replica: see the circuit breaker below.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [{ expr: worst(queries, [queries.job]) }],
    values: STATES,
  };
}

export function stateByReplica(queries: Queries): Graph {
  return {
    kind: 'states',
    title: 'State by replica',
    description:
      'The worst state of this policy that a scrape saw on each replica. One open band is a replica in ' +
      'trouble; all of them are a dependency in trouble.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [
      {
        expr: worst(queries, [queries.job, queries.instance]),
        legend: `${queries.legend(queries.instance)} (${queries.legend(queries.job)})`,
      },
    ],
    values: STATES,
  };
}

/** Of one policy, now. */
export function openSince(queries: Queries): Graph {
  const downtime = queries.dashboardSelector(CIRCUIT_BREAKER_DOWNTIME);
  return {
    kind: 'stat',
    title: 'Open since',
    description:
      'When the circuit left closed, failed probes included, on the replica where that is longest ago. ' +
      'When the next probe is due is in no metric: a probe is the first call after the reset time that ' +
      'the service configures.',
    noData: NO_BREAKER,
    unit: DateTimeFromNow,
    // Milliseconds of the clock; 0 where every circuit is closed or isolated.
    queries: [{ expr: `1000 * (time() - max(${downtime} > 0))\nor 0 * max(${downtime})` }],
    values: [{ text: 'not open', color: GOOD }],
  };
}

export function downtime(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Time since closed, worst replica',
    description:
      'How long a circuit of a policy has not been closed, failed probes included, on the replica where ' +
      'it is longest. Above the line while callers meet it, ResilienceCircuitBreakerStuckOpen fires.',
    noData: NO_BREAKER,
    unit: Seconds,
    queries: [
      {
        expr: `max ${queries.by(queries.policy)} (${queries.dashboardSelector(CIRCUIT_BREAKER_DOWNTIME)})`,
        legend: policyLegend(queries),
      },
    ],
    limit: { value: queries.seconds(queries.limits.stuckOpen.seconds), bad: 'above' },
    toPolicy: true,
  };
}

export function shareNotClosed(queries: Queries): Graph {
  const breakers = (matchers: Matcher[] = []) =>
    sum(queries, queries.policy, queries.dashboardSelector(CIRCUIT_BREAKER_STATE, matchers));
  return {
    kind: 'lines',
    title: 'Breakers not closed, whole fleet',
    description:
      'Share of all breakers of a policy, on all replicas, that is open or half-open: one replica of ' +
      'four is 25 %. At the line, ResilienceCircuitBreakerOpenFleetWide fires: the dependency is gone ' +
      'for a whole service.',
    noData: NO_BREAKER,
    unit: PercentUnit,
    queries: [{ expr: ratio(breakers([OPEN]), breakers()), legend: policyLegend(queries) }],
    limit: { value: queries.limits.fleetWide.ratio, bad: 'above' },
    toPolicy: true,
  };
}

export function breakersByState(queries: Queries): Graph {
  const by = [ATTR_CIRCUIT_BREAKER_STATE];
  return {
    kind: 'stack',
    title: 'Breakers in each state',
    description:
      'How many breakers of all replicas are in each state. All that are not closed reject calls.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [
      {
        expr: now(queries, CIRCUIT_BREAKER_STATE, by),
        legend: queries.legend(ATTR_CIRCUIT_BREAKER_STATE),
      },
    ],
    colors: STATE,
  };
}

export function failures(queries: Queries): Graph {
  const largest = (metric: Metric) => `max(${queries.dashboardSelector(metric)})`;
  return {
    kind: 'lines',
    title: 'Failures in a row',
    description:
      'How near a circuit is to opening, on the replica that is nearest. At the dashed line it opens. ' +
      'Circuit breakers that count a share of failures are not in it.',
    noData: 'no circuit breaker counts failures in a row, or no replica reports.',
    unit: Count,
    queries: [
      { expr: largest(CIRCUIT_BREAKER_FAILURES), legend: 'failures' },
      { expr: largest(CIRCUIT_BREAKER_FAILURES_LIMIT), legend: 'limit', isLimit: true },
    ],
  };
}
