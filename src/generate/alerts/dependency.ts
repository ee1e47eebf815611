import {
  ATTR_DEPENDENCY_NAME,
  ATTR_DEPENDENCY_RESULT,
  type DependencyResult,
} from '../../semconv/attributes.ts';
import { DEPENDENCY_AVAILABLE, DEPENDENCY_CHECK_DURATION } from '../../semconv/metrics.ts';
import { percent } from '../percent.ts';
import { is, type Queries } from '../queries.ts';
import { counted } from './counted.ts';
import { RECORDED } from './recorded.ts';
import type { Alert } from './rule.ts';

export function alerts(queries: Queries): Alert[] {
  return [belowQuorum(queries), slow(queries)];
}

function belowQuorum(queries: Queries): Alert {
  const { ratio, forSeconds } = queries.limits.dependenciesAvailable;
  const job = queries.labelValue(queries.job);
  return {
    name: 'ResilienceDependenciesBelowQuorum',
    severity: 'warning',
    about: 'job',
    expr: `${RECORDED.dependencies} < ${ratio}`,
    forSeconds,
    summary: `Too few dependencies of {{ ${job} }} are available.`,
    description:
      `{{ $value | humanizePercentage }} of the dependencies of {{ ${job} }} were available for the ` +
      `last ${queries.time(forSeconds)} (limit ${percent(ratio)}): postpone bulk work, or expect ` +
      'partial results.',
  };
}

/** A check that answered, late. What is late was judged where it was made, by the same limit. */
function slow(queries: Queries): Alert {
  const { seconds, windowSeconds, atLeast } = queries.limits.healthCheck;
  const window = queries.window(windowSeconds);
  const dependency = queries.labelValue(ATTR_DEPENDENCY_NAME);
  return {
    name: 'ResilienceDependencySlow',
    severity: 'warning',
    about: 'dependency',
    expr: `
${counted(queries, DEPENDENCY_CHECK_DURATION, windowSeconds, {
  by: [queries.job, ATTR_DEPENDENCY_NAME],
  matchers: [is<DependencyResult>(ATTR_DEPENDENCY_RESULT, 'slow')],
  part: 'count',
  // A histogram appears with its first value.
  witness: queries.of(DEPENDENCY_AVAILABLE),
})}
>= ${atLeast}`.trim(),
    summary: `{{ ${dependency} }} answers its health checks slowly.`,
    description:
      `{{ printf "%.0f" $value }} checks of {{ ${dependency} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) took longer than ${seconds * 1000} ms in the last ` +
      `${window} (limit ${atLeast}): the system is under load.`,
  };
}
