import {
  ATTR_BULKHEAD_RESULT,
  ATTR_POLICY_NAME,
  type BulkheadResult,
} from '../../semconv/attributes.ts';
import { BULKHEAD_ACTIVE, BULKHEAD_CALLS, BULKHEAD_LIMIT } from '../../semconv/metrics.ts';
import { toPercent } from '../promql/percent.ts';
import { equals, type Queries } from '../promql/queries.ts';
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
      `The bulkhead of ${name} (${queries.serviceTemplate}) rejected ` +
      `{{ $value | humanizePercentage }} of its calls in the last ${window}`,
    limit: toPercent(ratio),
  };
}

/**
 * The mean of a window, because slots are taken and released between two scrapes. One replica,
 * because no call can take a slot of another.
 */
function saturated(queries: Queries): Alert {
  const { ratio, windowSeconds } = queries.limits.bulkheadSaturation;
  const { replica } = queries.grouping;
  const active = queries.selector(BULKHEAD_ACTIVE);
  const slots = queries.selector(BULKHEAD_LIMIT);
  const calls = queries.selector(BULKHEAD_CALLS);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  const instance = queries.labelTemplate(queries.instance);
  return {
    name: 'ResilienceBulkheadSaturated',
    severity: 'warning',
    subject: 'replica',
    expr: `
sum by (${replica}) (avg_over_time(${active}[${window}]))
  # The slots at the start of the window: a replica that starts later is not judged.
  / (sum by (${replica}) (last_over_time(${slots}[${window}] offset ${window})) > 0)
  > ${ratio}
# Except a dead process whose last values a Collector repeats.
unless on (${replica})
  sum by (${replica}) (increase(${calls}[${window}])) == 0`.trim(),
    summary: `The bulkhead of ${name} is full on ${instance}.`,
    description:
      `Calls took {{ $value | humanizePercentage }} of the bulkhead slots of ${name} on ${instance} ` +
      `(${queries.serviceTemplate}) in the last ${window}, on average`,
    limit: toPercent(ratio),
  };
}
