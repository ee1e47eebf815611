import {
  ATTR_POLICY_NAME,
  ATTR_TIMEOUT_RESULT,
  type TimeoutResult,
} from '../../semconv/attributes.ts';
import { TIMEOUT_CALLS } from '../../semconv/metrics.ts';
import { percent } from '../percent.ts';
import { is, type Queries } from '../queries.ts';
import type { Alert } from './rule.ts';
import { share } from './share.ts';

export function alerts(queries: Queries): Alert[] {
  return [rateHigh(queries)];
}

function rateHigh(queries: Queries): Alert {
  const limit = queries.limits.timeouts;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceTimeoutRateHigh',
    severity: 'warning',
    about: 'policy',
    expr: share(queries, {
      metric: TIMEOUT_CALLS,
      part: [is<TimeoutResult>(ATTR_TIMEOUT_RESULT, 'timed_out')],
      limit,
      bad: 'above',
      enough: 'part',
    }),
    summary: `Calls of {{ ${policy} }} time out.`,
    description:
      `{{ $value | humanizePercentage }} of the calls of {{ ${policy} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) timed out in the last ` +
      `${queries.window(limit.windowSeconds)} (limit ${percent(limit.ratio)}).`,
  };
}
