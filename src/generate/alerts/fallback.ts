import {
  ATTR_FALLBACK_RESULT,
  ATTR_POLICY_NAME,
  type FallbackResult,
} from '../../semconv/attributes.ts';
import { FALLBACK_CALLS } from '../../semconv/metrics.ts';
import { toPercent } from '../promql/percent.ts';
import { equals, type Queries } from '../promql/queries.ts';
import type { Alert } from './types.ts';

export function alerts(queries: Queries): Alert[] {
  return [usageHigh(queries), failing(queries)];
}

function usageHigh(queries: Queries): Alert {
  const { ratio, windowSeconds, atLeast } = queries.limits.fallbacks;
  const { policy } = queries.grouping;
  const used = queries.selector(FALLBACK_CALLS, [
    equals<FallbackResult>(ATTR_FALLBACK_RESULT, 'used'),
  ]);
  const calls = queries.selector(FALLBACK_CALLS);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceFallbackUsageHigh',
    severity: 'warning',
    subject: 'policy',
    expr: `
(sum by (${policy}) (increase(${used}[${window}])) >= ${atLeast})
  / sum by (${policy}) (increase(${calls}[${window}]))
  > ${ratio}`.trim(),
    summary: `A fallback answers callers of ${name}.`,
    description:
      `The fallback answered {{ $value | humanizePercentage }} of the calls of ${name} ` +
      `(${queries.serviceTemplate}) in the last ${window}`,
    limit: toPercent(ratio),
  };
}

function failing(queries: Queries): Alert {
  const { count, ratio, windowSeconds } = queries.limits.fallbackFailures;
  const { policy } = queries.grouping;
  const result = (value: FallbackResult) =>
    queries.selector(FALLBACK_CALLS, [equals(ATTR_FALLBACK_RESULT, value)]);
  const failed = result('failed');
  const used = result('used');
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceFallbackFailing',
    severity: 'critical',
    subject: 'policy',
    expr: `
(sum by (${policy}) (increase(${failed}[${window}])) >= ${count})
  > ${ratio} * sum by (${policy}) (increase(${used}[${window}]))`.trim(),
    summary: `The fallback of ${name} fails.`,
    description:
      `The fallback of ${name} (${queries.serviceTemplate}) failed {{ printf "%.0f" $value }} times ` +
      `in the last ${window}`,
    limit: `${count}, and ${toPercent(ratio)} of its answers`,
    advice: 'These callers got an error.',
  };
}
