import {
  ATTR_POLICY_NAME,
  ATTR_TIMEOUT_RESULT,
  type TimeoutResult,
} from '../../semconv/attributes.ts';
import { TIMEOUT_CALLS } from '../../semconv/metrics.ts';
import { toPercent } from '../promql/percent.ts';
import { equals, type Queries } from '../promql/queries.ts';
import type { Alert } from './types.ts';

export function alerts(queries: Queries): Alert[] {
  return [rateHigh(queries)];
}

function rateHigh(queries: Queries): Alert {
  const { ratio, windowSeconds, atLeast } = queries.limits.timeouts;
  const { policy } = queries.grouping;
  const timedOut = queries.selector(TIMEOUT_CALLS, [
    equals<TimeoutResult>(ATTR_TIMEOUT_RESULT, 'timed_out'),
  ]);
  const calls = queries.selector(TIMEOUT_CALLS);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceTimeoutRateHigh',
    severity: 'warning',
    subject: 'policy',
    expr: `
(sum by (${policy}) (increase(${timedOut}[${window}])) >= ${atLeast})
  / sum by (${policy}) (increase(${calls}[${window}]))
  > ${ratio}`.trim(),
    summary: `Calls of ${name} time out.`,
    description:
      `{{ $value | humanizePercentage }} of the calls of ${name} (${queries.serviceTemplate}) timed out in ` +
      `the last ${window}`,
    limit: toPercent(ratio),
  };
}
