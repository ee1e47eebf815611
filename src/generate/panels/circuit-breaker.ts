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
import { ACTION_COLORS, BAD, BREAKER_RESULT_COLORS, GOOD, WARNING } from './colors.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import { rate, ratio, sum } from './targets.ts';
import type { Graph, Query } from './types.ts';

/** The matchers of a state transition. */
export function transition(from: CircuitBreakerState, to: CircuitBreakerState): Matcher[] {
  return [
    equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE, from),
    equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, to),
  ];
}

/** Counters, unlike the state, do not miss a transition between two scrapes. */
export function openings(queries: Queries): Graph {
  const count = (from: CircuitBreakerState, to: CircuitBreakerState) =>
    `sum(increase(${queries.dashboardSelector(CIRCUIT_BREAKER_TRANSITIONS, transition(from, to))}[$__rate_interval]))`;
  return {
    kind: 'bars',
    title: 'Openings and recoveries',
    description:
      'Circuits that opened, probes that failed, and circuits that closed again. Openings without ' +
      'recoveries: the outage continues.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [
      { expr: count('closed', 'open'), legend: 'opened' },
      { expr: count('half_open', 'open'), legend: 'probe failed' },
      { expr: count('half_open', 'closed'), legend: 'recovered' },
    ],
    colors: { opened: BAD, 'probe failed': WARNING, recovered: GOOD },
  };
}

/** A line at 0 while circuit breakers report, to distinguish no events from no data. */
function zeroLine(queries: Queries): Query {
  return { expr: `0 * sum(${queries.dashboardSelector(CIRCUIT_BREAKER_STATE)})`, legend: 'none' };
}

export function transitions(queries: Queries): Graph {
  const by = [ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE, ATTR_CIRCUIT_BREAKER_STATE];
  return {
    kind: 'bars',
    title: 'State changes',
    description:
      'State changes on all replicas. Open to half-open: a probe starts. Half-open to open: it failed. ' +
      'Half-open to closed: it succeeded.',
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
      zeroLine(queries),
    ],
  };
}

export function manualOperations(queries: Queries): Graph {
  const by = [ATTR_CIRCUIT_BREAKER_ACTION];
  const actions = queries.dashboardSelector(CIRCUIT_BREAKER_ADMINISTRATION);
  return {
    kind: 'bars',
    title: 'Manual operations',
    description:
      'Resets, isolations and releases by operators, through the health routes or the command line. The ' +
      'log of the service has the operator and the reason.',
    noData: NO_BREAKER,
    unit: Count,
    queries: [
      {
        expr: sum(queries, by, `increase(${actions}[$__rate_interval]) > 0`),
        legend: queries.legend(ATTR_CIRCUIT_BREAKER_ACTION),
      },
      zeroLine(queries),
    ],
    colors: ACTION_COLORS,
  };
}

export function callsByResult(queries: Queries): Graph {
  return results(queries, CIRCUIT_BREAKER_CALLS, ATTR_CIRCUIT_BREAKER_RESULT, {
    title: 'Calls by circuit breaker result',
    description:
      'Calls and retries. Failure: counts towards opening. Rejected: not sent, because the circuit is ' +
      'open. Ignored: an error that the policy does not handle.',
    colors: BREAKER_RESULT_COLORS,
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
        'Successful calls among all that succeeded or failed, before retries and fallbacks: the health of ' +
        'the dependency itself.',
    },
  );
}

export function failuresByType(queries: Queries): Graph {
  const graph = results(
    queries,
    ERRORS,
    ATTR_ERROR_TYPE,
    {
      title: 'Failures by error type',
      description:
        'Errors and failed results that the circuit breaker counted, by HTTP status, error code or error ' +
        'class.',
      noData: NO_BREAKER,
    },
    [equals<PolicyType>(ATTR_POLICY_TYPE, 'circuit_breaker')],
  );
  return { ...graph, queries: [...graph.queries, zeroLine(queries)] };
}

/** For one policy. */
export function topErrorType(queries: Queries): Graph {
  const failed = rate(queries, ERRORS, {
    by: [ATTR_ERROR_TYPE],
    matchers: [equals<PolicyType>(ATTR_POLICY_TYPE, 'circuit_breaker')],
  });
  const calls = rate(queries, CIRCUIT_BREAKER_CALLS, { by: [] });
  return {
    kind: 'stat',
    title: 'Most frequent error type',
    description:
      'HTTP status, error code or error class of most failures that the circuit breaker counts now. It ' +
      'hints at the cause: a timeout, a refused connection, a 503.',
    noData: NO_BREAKER,
    unit: OpsPerSecond,
    queries: [
      { expr: `topk(1, ${failed} > 0)`, legend: queries.legend(ATTR_ERROR_TYPE) },
      { expr: `0 * ${calls}\nunless on () (${failed} > 0)`, legend: 'none' },
    ],
    showsName: true,
  };
}

export function recoveryTime(queries: Queries): Graph {
  const durations = (part: 'sum' | 'count') =>
    rate(queries, CIRCUIT_BREAKER_RECOVERY_DURATION, { by: [], part });
  return {
    kind: 'lines',
    title: 'Time to recovery',
    description:
      'Mean time from the first opening until closed, of circuits that recovered in the last minutes. ' +
      'Above the line, outages are too long: check `halfOpenAfter` and the dependency.',
    noData: 'no circuit recovered in this time.',
    unit: Seconds,
    queries: [{ expr: ratio(durations('sum'), durations('count')), legend: 'mean' }],
    limit: { value: queries.seconds(queries.limits.recovery.seconds), bad: 'above' },
  };
}
