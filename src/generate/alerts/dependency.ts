import { ATTR_DEPENDENCY_NAME } from '../../semconv/attributes.ts';
import { DEPENDENCY_AVAILABLE, DEPENDENCY_CHECK_DURATION } from '../../semconv/metrics.ts';
import { toPercent } from '../promql/percent.ts';
import type { Queries } from '../promql/queries.ts';
import type { Alert } from './types.ts';

export function alerts(queries: Queries): Alert[] {
  return [belowQuorum(queries), slow(queries)];
}

/** A dependency counts as available if at least half of the replicas can reach it. */
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
# A dependency is available if it is for at least half of the replicas.
round(
  avg by (${service}) (
    quantile by (${dependency}) (0.5, last_over_time(${available}[${last}])) >= bool 0.5
  ),
  0.001
) < ${ratio}`.trim(),
    forSeconds,
    summary: `Too few dependencies of ${queries.labelTemplate(queries.job)} are available.`,
    description:
      '{{ $value | humanizePercentage }} of the dependencies of this service ' +
      `(${queries.serviceTemplate}) have been available for ${queries.time(forSeconds)}`,
    limit: toPercent(ratio),
    advice: 'Postpone bulk work, or expect partial results.',
  };
}

/** Counts slow checks with every result. */
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
# Checks above ${seconds} s, of all checks.
(
  sum by (${dependency}) (increase(${count}[${window}]))
    - sum by (${dependency}) (increase(${fast}[${window}])) >= ${atLeast}
)
  / sum by (${dependency}) (increase(${count}[${window}]))
  > ${ratio}`
    ).trim(),
    summary: `Health checks of ${name} are slow.`,
    description:
      `{{ $value | humanizePercentage }} of the checks of ${name} (${queries.serviceTemplate}) took longer ` +
      `than ${seconds * 1000} ms in the last ${window}`,
    limit: `${toPercent(ratio)}, and ${atLeast} checks`,
    advice: 'The dependency may be overloaded.',
  };
}
