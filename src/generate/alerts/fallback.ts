import {
  ATTR_FALLBACK_RESULT,
  ATTR_POLICY_NAME,
  type FallbackResult,
} from '../../semconv/attributes.ts';
import { FALLBACK_CALLS } from '../../semconv/metrics.ts';
import { percent } from '../promql/percent.ts';
import { is, type Queries } from '../promql/queries.ts';
import type { Alert } from './types.ts';

export function alerts(queries: Queries): Alert[] {
  return [usageHigh(queries), failing(queries)];
}

function usageHigh(queries: Queries): Alert {
  const { ratio, windowSeconds, atLeast } = queries.limits.fallbacks;
  const { policy } = queries.grouping;
  const used = queries.of(FALLBACK_CALLS, [is<FallbackResult>(ATTR_FALLBACK_RESULT, 'used')]);
  const calls = queries.of(FALLBACK_CALLS);
  const window = queries.window(windowSeconds);
  const name = queries.text(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceFallbackUsageHigh',
    severity: 'warning',
    about: 'policy',
    expr: `
(sum by (${policy}) (increase(${used}[${window}])) >= ${atLeast})
  / sum by (${policy}) (increase(${calls}[${window}]))
  > ${ratio}`.trim(),
    summary: `A fallback answers callers of ${name}.`,
    description:
      `{{ $value | humanizePercentage }} of the calls of ${name} (${queries.serviceText}) were answered ` +
      `by the fallback in the last ${window}`,
    limit: percent(ratio),
  };
}

function failing(queries: Queries): Alert {
  const { count, ratio, windowSeconds } = queries.limits.fallbackFailures;
  const { policy } = queries.grouping;
  const result = (value: FallbackResult) =>
    queries.of(FALLBACK_CALLS, [is(ATTR_FALLBACK_RESULT, value)]);
  const failed = result('failed');
  const used = result('used');
  const window = queries.window(windowSeconds);
  const name = queries.text(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceFallbackFailing',
    severity: 'critical',
    about: 'policy',
    expr: `
sum by (${policy}) (increase(${failed}[${window}])) >= ${count}
# Not where the fallback answers very many other calls.
unless on (${policy})
  sum by (${policy}) (increase(${failed}[${window}]))
    < ${ratio} * sum by (${policy}) (increase(${used}[${window}]))`.trim(),
    summary: `The fallback of ${name} fails.`,
    description:
      `{{ printf "%.0f" $value }} calls of ${name} (${queries.serviceText}) failed, and so did their ` +
      `fallback, in the last ${window}`,
    limit: `${count}, and ${percent(ratio)} of its answers`,
    advice: 'These callers get nothing.',
  };
}
