import { Number as Count, PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_METRIC_OVERFLOW,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import { CIRCUIT_BREAKER_STATE, TELEMETRY_ERRORS } from '../../semconv/metrics.ts';
import { equals, type Queries } from '../promql/queries.ts';
import { increase, policyLegend, sum } from './targets.ts';
import type { Graph } from './types.ts';

const NO_REPLICA =
  'no circuit breaker is instrumented, or no replica reports. In that case, no panel is reliable.';

/** 0 if a job has stopped reporting, because a missing line is easy to overlook. */
export function reportingBreakers(queries: Queries): Graph {
  const by = [queries.job];
  const offset = queries.time(queries.limits.metricsAbsent.windowSeconds);
  const state = queries.dashboardSelector(CIRCUIT_BREAKER_STATE);
  const before = sum(queries, by, `${state} offset ${offset}`);
  return {
    kind: 'lines',
    title: `Circuit breakers reporting, compared to ${offset} ago`,
    description:
      'Below the line, replicas of the service have stopped, have fewer circuit breakers, or are not ' +
      'scraped, so this dashboard is incomplete. At 0 %, no replica reports.',
    noData: `no replica reported ${offset} ago.`,
    unit: PercentUnit,
    queries: [
      {
        expr: `(${sum(queries, by, state)} or 0 * ${before})\n/ (${before} > 0)`,
        legend: queries.legend(queries.job),
      },
    ],
    limit: { value: 1, bad: 'below' },
  };
}

/** Every replica reports the number of its closed circuit breakers, even 0. */
const CLOSED = equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed');

export function reportingReplicas(queries: Queries): Graph {
  const group = queries.by([queries.job, queries.instance]);
  return {
    kind: 'lines',
    title: 'Replicas reporting',
    description:
      'Replicas with circuit breaker metrics. A lower number without a deployment means that replicas ' +
      'are missing.',
    noData: NO_REPLICA,
    unit: Count,
    queries: [
      {
        expr:
          `count ${queries.by([queries.job])} ` +
          `(group ${group} (${queries.dashboardSelector(CIRCUIT_BREAKER_STATE, [CLOSED])}))`,
        legend: queries.legend(queries.job),
      },
    ],
  };
}

export function overflowSeries(queries: Queries): Graph {
  const { service, instance } = queries.dashboardMatchers;
  const series = queries.selectorOfAll([
    ...service,
    instance,
    equals(ATTR_METRIC_OVERFLOW, 'true'),
  ]);
  const by = queries.by([queries.job]);
  return {
    kind: 'lines',
    title: 'Overflow series',
    description:
      'Series into which the OpenTelemetry SDK merges everything above its cardinality limit. Above 0, ' +
      'policies are missing in dashboards and alerts: raise the limit.',
    noData: NO_REPLICA,
    unit: Count,
    queries: [
      {
        expr:
          `count ${by} (${series})\n` +
          `or 0 * count ${by} (${queries.dashboardSelector(CIRCUIT_BREAKER_STATE)})`,
        legend: queries.legend(queries.job),
      },
    ],
    limit: { value: 1, bad: 'above' },
  };
}

export function instrumentationErrors(queries: Queries): Graph {
  const { count, windowSeconds } = queries.limits.telemetryErrors;
  return {
    kind: 'lines',
    title: `Instrumentation errors in ${queries.window(windowSeconds)}`,
    description:
      'Errors of the instrumentation itself or of a user function such as `errorType`. Calls behave as ' +
      'before, but their metrics may be wrong.',
    noData: 'no policy is instrumented, or no replica reports.',
    unit: Count,
    queries: [
      {
        expr: increase(queries, TELEMETRY_ERRORS, windowSeconds, { by: queries.policy }),
        legend: policyLegend(queries),
      },
    ],
    limit: { value: count, bad: 'above' },
    linksToPolicy: true,
  };
}
