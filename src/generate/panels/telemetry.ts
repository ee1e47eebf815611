import { Number as Count, PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_METRIC_OVERFLOW,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TIME,
  TELEMETRY_ERRORS,
} from '../../semconv/metrics.ts';
import { selectorOfAll } from '../../semconv/prometheus.ts';
import { percent } from '../percent.ts';
import { is, type Queries } from '../queries.ts';
import { gained, policyLegend, rate, ratio, sum } from './ask.ts';
import type { Graph } from './panel.ts';

const NOBODY =
  'no circuit breaker is instrumented, or no replica reports: then nothing else here can be trusted either.';

/** Zero where a job reports no more: silence must be seen. */
export function breakersLeft(queries: Queries): Graph {
  const by = [queries.job];
  const ago = queries.time(queries.limits.metricsAbsent.windowSeconds);
  const state = queries.shown(CIRCUIT_BREAKER_STATE);
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
const CLOSED = is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed');

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
          `(group ${group} (${queries.shown(CIRCUIT_BREAKER_STATE, [CLOSED])}))`,
        legend: queries.legend(queries.job),
      },
    ],
  };
}

export function overflow(queries: Queries): Graph {
  const { job, instance } = queries.chosen;
  const series = selectorOfAll(queries.settings.naming, [
    job,
    instance,
    is(ATTR_METRIC_OVERFLOW, 'true'),
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
          `or 0 * count ${by} (${queries.shown(CIRCUIT_BREAKER_STATE)})`,
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

/** Where the clocks of a breaker's states go wrong, so does all that is made of them. */
export function clock(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Error of the state clocks, worst replica',
    description:
      'By how much the times in all states, taken together, differ from the time that passed. Above the ' +
      'line for long, panels and alerts that judge by time in a state are wrong.',
    noData: NOBODY,
    unit: PercentUnit,
    queries: [
      {
        expr: `max ${queries.by([queries.job])} (\n${clockError(queries)}\n)`,
        legend: queries.legend(queries.job),
      },
    ],
    limit: { value: queries.limits.stateClock.ratio, bad: 'above' },
  };
}

/** Now alone: of every replica of a fleet, an hour would be much to ask. */
export function clocksWrong(queries: Queries): Graph {
  const { ratio: limit } = queries.limits.stateClock;
  return {
    kind: 'stat',
    title: 'State clocks that are wrong',
    description:
      'Replicas and policies whose times in all states, taken together, differ by more than ' +
      `${percent(limit)} from the time that passed: panels and alerts that judge by time in a state are ` +
      'wrong for them.',
    noData: NOBODY,
    unit: Count,
    queries: [{ expr: `sum(\n${clockError(queries)} > bool ${limit}\n)` }],
    // Not documented: there must be none.
    limit: { value: 1, bad: 'above' },
  };
}

/** Only of breakers that were there all the time. */
function clockError(queries: Queries): string {
  const by = queries.replica;
  const breakers = queries.shown(CIRCUIT_BREAKER_STATE);
  const reporting = sum(queries, by, breakers);
  const before = sum(queries, by, `${breakers} offset $__rate_interval`);
  const passed = ratio(rate(queries, CIRCUIT_BREAKER_TIME, { by }), reporting);
  return `(abs(${passed} - 1) and ${before} == ${reporting})`;
}
