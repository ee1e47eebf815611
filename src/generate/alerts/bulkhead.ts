import {
  ATTR_BULKHEAD_RESULT,
  ATTR_POLICY_NAME,
  type BulkheadResult,
} from '../../semconv/attributes.ts';
import { BULKHEAD_ACTIVE, BULKHEAD_CALLS, BULKHEAD_LIMIT } from '../../semconv/metrics.ts';
import { toPercent } from '../promql/percent.ts';
import { equals, oneOf, type Queries } from '../promql/queries.ts';
import type { Alert } from './types.ts';

export function alerts(queries: Queries): Alert[] {
  return [rejections(queries), saturated(queries)];
}

function rejections(queries: Queries): Alert {
  const { ratio, windowSeconds, atLeast } = queries.limits.bulkheadRejections;
  const { policy } = queries.grouping;
  const rejected = queries.selector(BULKHEAD_CALLS, [
    equals<BulkheadResult>(ATTR_BULKHEAD_RESULT, 'rejected'),
  ]);
  const calls = queries.selector(BULKHEAD_CALLS);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceBulkheadRejections',
    severity: 'warning',
    subject: 'policy',
    expr: `
(sum by (${policy}) (increase(${rejected}[${window}])) >= ${atLeast})
  / sum by (${policy}) (increase(${calls}[${window}]))
  > ${ratio}`.trim(),
    summary: `The bulkhead of ${name} rejects calls.`,
    description:
      `{{ $value | humanizePercentage }} of the calls of ${name} (${queries.serviceTemplate}) found the ` +
      `bulkhead and its queue full in the last ${window}`,
    limit: toPercent(ratio),
  };
}

/** The mean of a window, as slots come and go between two scrapes; of one replica, as no call can take a slot of another. */
function saturated(queries: Queries): Alert {
  const { ratio, windowSeconds } = queries.limits.bulkheadSaturation;
  const { replica } = queries.grouping;
  const active = queries.selector(BULKHEAD_ACTIVE);
  const slots = queries.selector(BULKHEAD_LIMIT);
  const calls = queries.selector(BULKHEAD_CALLS, [
    oneOf<BulkheadResult>(ATTR_BULKHEAD_RESULT, ['accepted', 'rejected']),
  ]);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  const instance = queries.labelTemplate(queries.instance);
  return {
    name: 'ResilienceBulkheadSaturated',
    severity: 'warning',
    subject: 'replica',
    expr: `
sum by (${replica}) (avg_over_time(${active}[${window}]))
  / sum by (${replica}) (avg_over_time(${slots}[${window}]))
  > ${ratio}
# Not a replica that has just started.
and on (${replica}) last_over_time(${slots}[${window}] offset ${window}) > 0
# Not a dead process whose last values a Collector repeats.
unless on (${replica})
  sum by (${replica}) (increase(${calls}[${window}])) == 0`.trim(),
    summary: `The bulkhead of ${name} is full on ${instance}.`,
    description:
      `{{ $value | humanizePercentage }} of the slots of ${name} on ${instance} (${queries.serviceTemplate}) ` +
      `were taken in the last ${window}, on average`,
    limit: toPercent(ratio),
  };
}
