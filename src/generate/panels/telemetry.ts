import { Number as Count, PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_METRIC_OVERFLOW,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import { CIRCUIT_BREAKER_STATE, TELEMETRY_ERRORS } from '../../semconv/metrics.ts';
import { equals, type Queries } from '../promql/queries.ts';
import { gained, policyLegend, sum } from './targets.ts';
import type { Graph } from './types.ts';

const NOBODY =
  'no circuit breaker is instrumented, or no replica reports: then nothing else here can be trusted either.';

/** Zero where a job reports no more: silence must be seen. */
export function breakersLeft(queries: Queries): Graph {
  const by = [queries.job];
  const ago = queries.time(queries.limits.metricsAbsent.windowSeconds);
  const state = queries.dashboardSelector(CIRCUIT_BREAKER_STATE);
  const then = sum(queries, by, `${state} offset ${ago}`);
  return {
    kind: 'lines',
    title: `Circuit breakers reporting, of those ${ago} ago`,
    description:
      'Below the line, replicas of the service are gone, report fewer breakers, or are not scraped any ' +
      'more: what they do is not on this dashboard. At 0 % nobody reports.',
    noData: `nothing reported ${ago} ago.`,
    unit: PercentUnit,
    queries: [
      {
        expr: `(${sum(queries, by, state)} or 0 * ${then})\n/ (${then} > 0)`,
        legend: queries.legend(queries.job),
      },
    ],
    limit: { value: 1, bad: 'below' },
  };
}

/** Every replica reports how many of its breakers are closed, be it none. */
const CLOSED = equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed');

export function replicas(queries: Queries): Graph {
  const group = queries.by([queries.job, queries.instance]);
  return {
    kind: 'lines',
    title: 'Replicas reporting',
    description:
      'Replicas from which there are circuit breaker metrics. A step down without a deployment is a ' +
      'blind spot.',
    noData: NOBODY,
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

export function overflow(queries: Queries): Graph {
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
      'Series in which the OpenTelemetry SDK of a service keeps all that is beyond its cardinality ' +
      'limit. More than none: policies are missing in dashboards and alerts.',
    noData: NOBODY,
    unit: Count,
    queries: [
      {
        expr:
          `count ${by} (${series})\n` +
          `or 0 * count ${by} (${queries.dashboardSelector(CIRCUIT_BREAKER_STATE)})`,
        legend: queries.legend(queries.job),
      },
    ],
    // Not documented: there must be none.
    limit: { value: 1, bad: 'above' },
  };
}

export function errors(queries: Queries): Graph {
  const { count, windowSeconds } = queries.limits.telemetryErrors;
  return {
    kind: 'lines',
    title: `Faults of the instrumentation in ${queries.window(windowSeconds)}`,
    description:
      'Faults of the instrumentation itself, or of a hook that was given to it. Calls are not affected, ' +
      'but what is said of them may be wrong.',
    noData: 'no policy is instrumented, or no replica reports.',
    unit: Count,
    queries: [
      {
        expr: gained(queries, TELEMETRY_ERRORS, windowSeconds, { by: queries.policy }),
        legend: policyLegend(queries),
      },
    ],
    limit: { value: count, bad: 'above' },
    toPolicy: true,
  };
}
