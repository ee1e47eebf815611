import { Number as Count, OpsPerSecond, PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_DEPENDENCY_NAME,
  ATTR_DEPENDENCY_RECOVERY_RESULT,
  ATTR_DEPENDENCY_RESULT,
} from '../../semconv/attributes.ts';
import {
  DEPENDENCY_AVAILABLE,
  DEPENDENCY_CHECK_DURATION,
  DEPENDENCY_RECOVERY_ATTEMPTS,
} from '../../semconv/metrics.ts';
import type { Queries } from '../promql/queries.ts';
import { DEPENDENCY_RESULT, RECOVERY_RESULT } from './colors.ts';
import { percentiles } from './percentiles.ts';
import { dependency, rate, sum } from './targets.ts';
import type { Graph } from './types.ts';

const NOT_WATCHED =
  'no dependency of that name is watched by health checks, or no replica reports.';

/** Replicas are no dependencies: one is available where most of them can reach it. */
export function available(queries: Queries): Graph {
  const reached = queries.by([queries.job, ATTR_DEPENDENCY_NAME]);
  return {
    kind: 'stat',
    title: 'Dependencies available',
    description:
      'Share of the dependencies that most replicas can reach, in the service where it is lowest. ' +
      'Below the limit postpone bulk work, or expect partial results.',
    noData: 'no dependency is watched by health checks, or no replica reports.',
    unit: PercentUnit,
    queries: [
      {
        expr:
          `min(avg ${queries.by([queries.job])} (\n` +
          `  avg ${reached} (${queries.dashboardSelector(DEPENDENCY_AVAILABLE)}) >= bool 0.5\n))`,
      },
    ],
    limit: { value: queries.limits.dependenciesAvailable.ratio, bad: 'below' },
  };
}

export function reachable(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Replicas that reach the dependency',
    description:
      'Share of the replicas whose last health check found the dependency of this name available. ' +
      'Below a half it counts as unavailable.',
    noData: NOT_WATCHED,
    unit: PercentUnit,
    queries: [
      {
        expr:
          `avg ${queries.by([queries.job])} ` +
          `(${queries.dashboardSelector(DEPENDENCY_AVAILABLE, [dependency(queries)])})`,
        legend: queries.legend(queries.job),
      },
    ],
  };
}

export function checkDuration(queries: Queries): Graph {
  return percentiles(
    queries,
    DEPENDENCY_CHECK_DURATION,
    {
      title: 'Duration of health checks',
      description:
        'How long the checks of this dependency take. Above the line the system is under load, even ' +
        'while it still answers.',
      noData: NOT_WATCHED,
    },
    {
      matchers: [dependency(queries)],
      limit: { value: queries.limits.healthCheck.seconds, bad: 'above' },
    },
  );
}

export function checks(queries: Queries): Graph {
  return {
    kind: 'stack',
    title: 'Health checks by result',
    description: 'What the checks of this dependency found: available, slow, or unavailable.',
    noData: NOT_WATCHED,
    unit: OpsPerSecond,
    queries: [
      {
        expr: rate(queries, DEPENDENCY_CHECK_DURATION, {
          by: [ATTR_DEPENDENCY_RESULT],
          matchers: [dependency(queries)],
          part: 'count',
        }),
        legend: queries.legend(ATTR_DEPENDENCY_RESULT),
      },
    ],
    colors: DEPENDENCY_RESULT,
  };
}

export function recoveries(queries: Queries): Graph {
  const attempts = queries.dashboardSelector(DEPENDENCY_RECOVERY_ATTEMPTS, [dependency(queries)]);
  const by = [ATTR_DEPENDENCY_RECOVERY_RESULT];
  return {
    kind: 'bars',
    title: 'Recovery attempts',
    description:
      'Attempts to recover this dependency while it was unavailable, by whether they ended without an ' +
      'error. Whether it helped is what the next health check tells.',
    noData: 'no dependency of that name can be recovered, or no replica reports.',
    unit: Count,
    queries: [
      {
        expr: sum(queries, by, `increase(${attempts}[$__rate_interval])`),
        legend: queries.legend(ATTR_DEPENDENCY_RECOVERY_RESULT),
      },
    ],
    colors: RECOVERY_RESULT,
  };
}
