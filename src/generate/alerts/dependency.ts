import { ATTR_DEPENDENCY_NAME } from '../../semconv/attributes.ts';
import { percent } from '../percent.ts';
import type { Queries } from '../queries.ts';
import { countedOf } from './counted.ts';
import { ofRecorded, RECORDED } from './recorded.ts';
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

/** Any check that took longer, whatever became of it. */
function slow(queries: Queries): Alert {
  const { seconds, windowSeconds, atLeast } = queries.limits.healthCheck;
  const longEnough = ofRecorded(windowSeconds);
  const window = queries.window(longEnough);
  const checks = countedOf(queries, RECORDED.slowChecks, longEnough, [
    queries.job,
    ATTR_DEPENDENCY_NAME,
  ]);
  const dependency = queries.labelValue(ATTR_DEPENDENCY_NAME);
  return {
    name: 'ResilienceDependencySlow',
    severity: 'warning',
    about: 'dependency',
    expr: `${checks}\n>= ${atLeast}`,
    summary: `{{ ${dependency} }} answers its health checks slowly.`,
    description:
      `{{ printf "%.0f" $value }} checks of {{ ${dependency} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) took longer than ${seconds * 1000} ms in the last ` +
      `${window} (limit ${atLeast}): the system is under load.`,
  };
}
