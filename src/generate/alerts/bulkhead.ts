import {
  ATTR_BULKHEAD_RESULT,
  ATTR_POLICY_NAME,
  type BulkheadResult,
} from '../../semconv/attributes.ts';
import {
  BULKHEAD_ACTIVE,
  BULKHEAD_CALLS,
  BULKHEAD_LIMIT,
  type Metric,
} from '../../semconv/metrics.ts';
import { percent } from '../percent.ts';
import { is, type Queries } from '../queries.ts';
import type { Alert } from './rule.ts';
import { share } from './share.ts';

export function alerts(queries: Queries): Alert[] {
  return [rejections(queries), saturated(queries)];
}

function rejections(queries: Queries): Alert {
  const limit = queries.limits.bulkheadRejections;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceBulkheadRejections',
    severity: 'warning',
    about: 'policy',
    expr: share(queries, {
      metric: BULKHEAD_CALLS,
      part: [is<BulkheadResult>(ATTR_BULKHEAD_RESULT, 'rejected')],
      limit,
      bad: 'above',
      enough: 'part',
    }),
    summary: `The bulkhead of {{ ${policy} }} turns calls away.`,
    description:
      `{{ $value | humanizePercentage }} of the calls of {{ ${policy} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) found the bulkhead and its queue full in the last ` +
      `${queries.window(limit.windowSeconds)} (limit ${percent(limit.ratio)}).`,
  };
}

/**
 * A mean over the window: slots come and go between two scrapes, and a single free one must not
 * reset the clock, as a `for:` would. Of one replica, as nothing can go to the slots of another.
 */
function saturated(queries: Queries): Alert {
  const { ratio, windowSeconds } = queries.limits.bulkheadSaturation;
  const window = queries.window(windowSeconds);
  const mean = (metric: Metric) =>
    `sum ${queries.by(queries.replica)} ` + `(avg_over_time(${queries.of(metric)}[${window}]))`;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  const instance = queries.labelValue(queries.instance);
  return {
    name: 'ResilienceBulkheadSaturated',
    severity: 'warning',
    about: 'replica',
    expr: `
${mean(BULKHEAD_ACTIVE)}
  / ${mean(BULKHEAD_LIMIT)}
  > ${ratio}
# Not of a replica that has just started.
and sum ${queries.by(queries.replica)} (last_over_time(${queries.of(BULKHEAD_LIMIT)}[${window}] offset ${window}))
  > 0`.trim(),
    summary: `The bulkhead of {{ ${policy} }} is full on {{ ${instance} }}.`,
    description:
      `{{ $value | humanizePercentage }} of the slots of {{ ${policy} }} on {{ ${instance} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) were taken in the last ` +
      `${queries.window(windowSeconds)}, on average (limit ${percent(ratio)}).`,
  };
}
