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
import { DEPENDENCY_RESULT_COLORS, RECOVERY_RESULT_COLORS } from './colors.ts';
import { percentiles } from './percentiles.ts';
import { dependencyMatcher, rate, sum } from './targets.ts';
import type { Graph } from './types.ts';

const NOT_MONITORED = 'no health check monitors a dependency of this name, or no replica reports.';

/** A dependency is available if at least half of the replicas reach it. */
export function availableShare(queries: Queries): Graph {
  const perDependency = queries.by([queries.job, ATTR_DEPENDENCY_NAME]);
  return {
    kind: 'stat',
    title: 'Dependencies available',
    description:
      'Share of dependencies that most replicas reach, in the service with the lowest share. Below the ' +
      'limit, postpone bulk work and expect partial results.',
    noData: 'no health check monitors a dependency, or no replica reports.',
    unit: PercentUnit,
    queries: [
      {
        expr:
          `min(avg ${queries.by([queries.job])} (\n` +
          `  avg ${perDependency} (${queries.dashboardSelector(DEPENDENCY_AVAILABLE)}) >= bool 0.5\n))`,
      },
    ],
    limit: { value: queries.limits.dependenciesAvailable.ratio, bad: 'below' },
  };
}

export function reachingReplicas(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Share of replicas that reach the dependency',
    description:
      'Replicas whose last health check found the dependency of this name available. Below 50 % it ' +
      'counts as unavailable.',
    noData: NOT_MONITORED,
    unit: PercentUnit,
    queries: [
      {
        expr:
          `avg ${queries.by([queries.job])} ` +
          `(${queries.dashboardSelector(DEPENDENCY_AVAILABLE, [dependencyMatcher(queries)])})`,
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
      title: 'Health check duration',
      description:
        'How long the health checks of this dependency take. Above the line, the dependency is probably ' +
        'overloaded, even if it still responds.',
      noData: NOT_MONITORED,
    },
    {
      matchers: [dependencyMatcher(queries)],
      limit: { value: queries.limits.healthCheck.seconds, bad: 'above' },
    },
  );
}

export function checksByResult(queries: Queries): Graph {
  return {
    kind: 'stack',
    title: 'Health checks by result',
    description:
      'Results of the health checks of this dependency: available, slow, or unavailable.',
    noData: NOT_MONITORED,
    unit: OpsPerSecond,
    queries: [
      {
        expr: rate(queries, DEPENDENCY_CHECK_DURATION, {
          by: [ATTR_DEPENDENCY_RESULT],
          matchers: [dependencyMatcher(queries)],
          part: 'count',
        }),
        legend: queries.legend(ATTR_DEPENDENCY_RESULT),
      },
    ],
    colors: DEPENDENCY_RESULT_COLORS,
  };
}

export function recoveryAttempts(queries: Queries): Graph {
  const attempts = queries.dashboardSelector(DEPENDENCY_RECOVERY_ATTEMPTS, [
    dependencyMatcher(queries),
  ]);
  const by = [ATTR_DEPENDENCY_RECOVERY_RESULT];
  return {
    kind: 'bars',
    title: 'Recovery attempts',
    description:
      'Calls of the recovery function of this dependency while it was unavailable. Success: the function ' +
      'did not throw. The next health check shows whether the dependency is available.',
    noData: 'no dependency of this name has a recovery function, or no replica reports.',
    unit: Count,
    queries: [
      {
        expr: sum(queries, by, `increase(${attempts}[$__rate_interval])`),
        legend: queries.legend(ATTR_DEPENDENCY_RECOVERY_RESULT),
      },
    ],
    colors: RECOVERY_RESULT_COLORS,
  };
}
