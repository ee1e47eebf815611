import { ATTR_DEPENDENCY_NAME } from '../../semconv/attributes.ts';
import { DEPENDENCY_AVAILABLE, DEPENDENCY_CHECK_DURATION } from '../../semconv/metrics.ts';
import { toPercent } from '../promql/percent.ts';
import type { Queries } from '../promql/queries.ts';
import type { Alert } from './types.ts';

export function alerts(queries: Queries): Alert[] {
  return [belowQuorum(queries), slow(queries)];
}

/** A dependency is available where half of its replicas or more can reach it: replicas are no dependencies. */
function belowQuorum(queries: Queries): Alert {
  const { ratio, forSeconds } = queries.limits.dependenciesAvailable;
  const { service, dependency } = queries.grouping;
  const available = queries.selector(DEPENDENCY_AVAILABLE);
  const last = queries.window(120);
  return {
    name: 'ResilienceDependenciesBelowQuorum',
    severity: 'warning',
    subject: 'job',
    expr: `
1 -
  count by (${service}) (
    quantile by (${dependency}) (0.5, last_over_time(${available}[${last}])) < 0.5
  )
  / count by (${service}) (count by (${dependency}) (last_over_time(${available}[${last}])))
< ${ratio}`.trim(),
    forSeconds,
    summary: `Too few dependencies of ${queries.labelTemplate(queries.job)} are available.`,
    description:
      `{{ $value | humanizePercentage }} of the dependencies are available (${queries.serviceTemplate}), ` +
      `for the last ${queries.time(forSeconds)}`,
    limit: toPercent(ratio),
    advice: 'Postpone bulk work, or expect partial results.',
  };
}

/** Checks that took longer, whatever their result. */
function slow(queries: Queries): Alert {
  const { seconds, ratio, windowSeconds, atLeast } = queries.limits.healthCheck;
  const { dependency } = queries.grouping;
  const window = queries.window(windowSeconds);
  const native = `sum by (${dependency}) (increase(${queries.selector(DEPENDENCY_CHECK_DURATION)}[${window}]))`;
  const count = queries.selector(DEPENDENCY_CHECK_DURATION, [], 'count');
  const fast = queries.selector(
    DEPENDENCY_CHECK_DURATION,
    [queries.bucketMatcher(seconds)],
    'bucket',
  );
  const name = queries.labelTemplate(ATTR_DEPENDENCY_NAME);
  return {
    name: 'ResilienceDependencySlow',
    severity: 'warning',
    subject: 'dependency',
    expr: (queries.settings.histograms === 'native'
      ? `
histogram_fraction(${seconds}, +Inf, ${native}) > ${ratio}
and
histogram_fraction(${seconds}, +Inf, ${native}) * histogram_count(${native}) >= ${atLeast}`
      : `
(
  sum by (${dependency}) (increase(${count}[${window}]))
    - sum by (${dependency}) (increase(${fast}[${window}])) >= ${atLeast}
)
  / sum by (${dependency}) (increase(${count}[${window}]))
  > ${ratio}`
    ).trim(),
    summary: `${name} answers its health checks slowly.`,
    description:
      `{{ $value | humanizePercentage }} of the checks of ${name} (${queries.serviceTemplate}) took longer ` +
      `than ${seconds * 1000} ms in the last ${window}`,
    limit: `${toPercent(ratio)}, and ${atLeast} checks`,
    advice: 'The dependency is under load.',
  };
}
