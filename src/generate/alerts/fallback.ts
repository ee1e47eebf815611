import {
  ATTR_FALLBACK_RESULT,
  ATTR_POLICY_NAME,
  type FallbackResult,
} from '../../semconv/attributes.ts';
import { FALLBACK_CALLS } from '../../semconv/metrics.ts';
import { percent } from '../percent.ts';
import { is, type Queries } from '../queries.ts';
import { counted } from './counted.ts';
import type { Alert } from './rule.ts';
import { share } from './share.ts';

export function alerts(queries: Queries): Alert[] {
  return [usageHigh(queries), failing(queries)];
}

function usageHigh(queries: Queries): Alert {
  const limit = queries.limits.fallbacks;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceFallbackUsageHigh',
    severity: 'warning',
    about: 'policy',
    expr: share(queries, {
      metric: FALLBACK_CALLS,
      part: [is<FallbackResult>(ATTR_FALLBACK_RESULT, 'used')],
      limit,
      bad: 'above',
      enough: 'part',
    }),
    summary: `Callers of {{ ${policy} }} are served by the fallback.`,
    description:
      `{{ $value | humanizePercentage }} of the calls of {{ ${policy} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) were answered by the fallback in the last ` +
      `${queries.window(limit.windowSeconds)} (limit ${percent(limit.ratio)}).`,
  };
}

function failing(queries: Queries): Alert {
  const { count, windowSeconds } = queries.limits.fallbackFailures;
  const failed = is<FallbackResult>(ATTR_FALLBACK_RESULT, 'failed');
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceFallbackFailing',
    severity: 'critical',
    about: 'policy',
    expr: `
${counted(queries, FALLBACK_CALLS, windowSeconds, { by: queries.policy, matchers: [failed] })}
>= ${count}`.trim(),
    summary: `The fallback of {{ ${policy} }} fails itself.`,
    description:
      `{{ printf "%.0f" $value }} calls of {{ ${policy} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) failed, and so did their fallback, in the last ` +
      `${queries.window(windowSeconds)} (limit ${count}): callers have nothing left.`,
  };
}
