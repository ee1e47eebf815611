import { Number as Count, OpsPerSecond, Seconds } from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_CIRCUIT_BREAKER_ACTION,
  ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE,
  ATTR_CIRCUIT_BREAKER_RESULT,
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_ERROR_TYPE,
  ATTR_POLICY_TYPE,
  type CircuitBreakerResult,
  type CircuitBreakerState,
  type PolicyType,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_ADMINISTRATION,
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_RECOVERY_DURATION,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TRANSITIONS,
  ERRORS,
} from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import { equals, oneOf, type Queries } from '../promql/queries.ts';
import { NO_BREAKER } from './circuit-breaker-state.ts';
import { ACTION, BAD, BREAKER_RESULT, GOOD, TURNED_AWAY } from './colors.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import { rate, ratio, sum } from './targets.ts';
import type { Graph, Query } from './types.ts';

/** The matchers of a change of state. */
export function change(from: CircuitBreakerState, to: CircuitBreakerState): Matcher[] {
  return [
    equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE, from),
    equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, to),
  ];
}

/** Counted as they happen, so that none between two scrapes is missed. */
export function openings(queries: Queries): Graph {
  const count = (from: CircuitBreakerState, to: CircuitBreakerState) =>
    `sum(increase(${queries.dashboardSelector(CIRCUIT_BREAKER_TRANSITIONS, change(from, to))}[$__rate_interval]))`;
  return {
    kind: 'bars',
    title: 'Openings and recoveries',
    description:
      'Circuits that opened, probes after the reset time that failed, and circuits that closed again. ' +
      'Openings without recoveries are an outage that goes on.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [
      { expr: count('closed', 'open'), legend: 'opened' },
      { expr: count('half_open', 'open'), legend: 'probe failed' },
      { expr: count('half_open', 'closed'), legend: 'recovered' },
    ],
    colors: { opened: BAD, 'probe failed': TURNED_AWAY, recovered: GOOD },
  };
}

/** A line at zero wherever breakers report: that nothing happened is not that nothing is known. */
function none(queries: Queries): Query {
  return { expr: `0 * sum(${queries.dashboardSelector(CIRCUIT_BREAKER_STATE)})`, legend: 'none' };
}

export function transitions(queries: Queries): Graph {
  const by = [ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE, ATTR_CIRCUIT_BREAKER_STATE];
  return {
    kind: 'bars',
    title: 'Changes of state',
    description:
      'Every change that a circuit made, on all replicas. Open to half-open is an attempt to recover; ' +
      'back to open, it failed; to closed, it succeeded.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [
      {
        expr: sum(
          queries,
          by,
          `increase(${queries.dashboardSelector(CIRCUIT_BREAKER_TRANSITIONS)}[$__rate_interval]) > 0`,
        ),
        legend: by.map((label) => queries.legend(label)).join(' to '),
      },
      none(queries),
    ],
  };
}

export function administration(queries: Queries): Graph {
  const by = [ATTR_CIRCUIT_BREAKER_ACTION];
  const actions = queries.dashboardSelector(CIRCUIT_BREAKER_ADMINISTRATION);
  return {
    kind: 'bars',
    title: 'Resets and isolations by hand',
    description:
      'What people did to the circuits, through the health routes or the command line. The log of the ' +
      'service says who it was, and why.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [
      {
        expr: sum(queries, by, `increase(${actions}[$__rate_interval]) > 0`),
        legend: queries.legend(ATTR_CIRCUIT_BREAKER_ACTION),
      },
      none(queries),
    ],
    colors: ACTION,
  };
}

export function calls(queries: Queries): Graph {
  return results(queries, CIRCUIT_BREAKER_CALLS, ATTR_CIRCUIT_BREAKER_RESULT, {
    title: 'Calls through the circuit breaker',
    description:
      'What the breaker made of each call; each retry is a call of its own. Failures open the circuit, ' +
      'rejected calls never left; ignored are errors that it is told not to count.',
    colors: BREAKER_RESULT,
  });
}

export function successRate(queries: Queries): Graph {
  return share(
    queries,
    CIRCUIT_BREAKER_CALLS,
    {
      part: [equals<CircuitBreakerResult>(ATTR_CIRCUIT_BREAKER_RESULT, 'success')],
      whole: [oneOf<CircuitBreakerResult>(ATTR_CIRCUIT_BREAKER_RESULT, ['success', 'failure'])],
    },
    {
      title: 'Success rate of the dependency',
      description:
        'Of the calls that the breaker let through and judged, those that succeeded: how the dependency ' +
        'is, before any retry or fallback makes it look better.',
    },
  );
}

export function errors(queries: Queries): Graph {
  const graph = results(
    queries,
    ERRORS,
    ATTR_ERROR_TYPE,
    {
      title: 'Failures of the dependency, by type',
      description:
        'The errors and failed results that the breaker counted, by HTTP status, error code or class: ' +
        'what the dependency says of itself.',
      noData: NO_BREAKER,
    },
    [equals<PolicyType>(ATTR_POLICY_TYPE, 'circuit_breaker')],
  );
  return { ...graph, queries: [...graph.queries, none(queries)] };
}

/** Of one policy, now. */
export function failingErrorType(queries: Queries): Graph {
  const failed = rate(queries, ERRORS, {
    by: [ATTR_ERROR_TYPE],
    matchers: [equals<PolicyType>(ATTR_POLICY_TYPE, 'circuit_breaker')],
  });
  const calls = rate(queries, CIRCUIT_BREAKER_CALLS, { by: [] });
  return {
    kind: 'stat',
    title: 'Failing error type',
    description:
      'The HTTP status, error code or class of most failures that the circuit breaker counts now: what ' +
      'is wrong with the dependency, by its own words.',
    noData: NO_BREAKER,
    unit: OpsPerSecond,
    queries: [
      { expr: `topk(1, ${failed} > 0)`, legend: queries.legend(ATTR_ERROR_TYPE) },
      { expr: `0 * ${calls}\nunless on () (${failed} > 0)`, legend: 'none' },
    ],
    showsName: true,
  };
}

export function recoveries(queries: Queries): Graph {
  const total = (part: 'sum' | 'count') =>
    rate(queries, CIRCUIT_BREAKER_RECOVERY_DURATION, { by: [], part });
  return {
    kind: 'lines',
    title: 'Time to recovery',
    description:
      'From the first opening to closed again, as the mean of the circuits that recovered in the last ' +
      'minutes. Above the line, outages last longer than the documents allow.',
    noData: 'no circuit has closed again in that time.',
    unit: Seconds,
    queries: [{ expr: ratio(total('sum'), total('count')), legend: 'mean' }],
    limit: { value: queries.seconds(queries.limits.recovery.seconds), bad: 'above' },
  };
}
