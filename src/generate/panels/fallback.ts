import { Number as Count, OpsPerSecond } from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_ERROR_TYPE,
  ATTR_FALLBACK_RESULT,
  ATTR_FALLBACK_TYPE,
  ATTR_POLICY_TYPE,
  type FallbackResult,
  type PolicyType,
} from '../../semconv/attributes.ts';
import { ERRORS, FALLBACK_CALLS } from '../../semconv/metrics.ts';
import { equals, type Queries } from '../promql/queries.ts';
import { FALLBACK_RESULT_COLORS } from './colors.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import { increase, rate } from './targets.ts';
import type { Graph } from './types.ts';

const NO_FALLBACK = 'no fallback was used in this time, or no replica reports.';

export const USED = equals<FallbackResult>(ATTR_FALLBACK_RESULT, 'used');

export function callsByResult(queries: Queries): Graph {
  return results(queries, FALLBACK_CALLS, ATTR_FALLBACK_RESULT, {
    title: 'Calls by fallback result',
    description:
      'Not used: the call succeeded. Used: the fallback provided the result. Failed: the fallback failed ' +
      'too, and the caller got an error.',
    colors: FALLBACK_RESULT_COLORS,
  });
}

export function usedShare(queries: Queries): Graph {
  return share(
    queries,
    FALLBACK_CALLS,
    { part: [USED] },
    {
      title: 'Share of calls answered by the fallback',
      description:
        'Callers get a substitute, such as a cached or default value. Above the line, the dependency fails ' +
        'too often.',
    },
    { value: queries.limits.fallbacks.ratio, bad: 'above' },
  );
}

export function failures(queries: Queries): Graph {
  const { count, windowSeconds } = queries.limits.fallbackFailures;
  const failed = equals<FallbackResult>(ATTR_FALLBACK_RESULT, 'failed');
  return {
    kind: 'lines',
    title: `Failed fallbacks in ${queries.window(windowSeconds)}`,
    description: 'Calls whose fallback failed too. At the line, ResilienceFallbackFailing fires.',
    noData: 'no fallback is instrumented, or no replica reports.',
    unit: Count,
    queries: [
      {
        expr: increase(queries, FALLBACK_CALLS, windowSeconds, { by: [], matchers: [failed] }),
        legend: 'failed',
      },
    ],
    limit: { value: count, bad: 'above' },
  };
}

export function resultsByType(queries: Queries): Graph {
  return {
    kind: 'shares',
    title: 'Fallback results by type',
    description:
      'Share of fallback results that are a fixed value, the result of a function, a cached value, or a ' +
      'stale value, which is older than its lifetime. Cached and stale together are the hit rate of the ' +
      'cache.',
    noData: NO_FALLBACK,
    unit: OpsPerSecond,
    queries: [
      {
        expr: rate(queries, FALLBACK_CALLS, { by: [ATTR_FALLBACK_TYPE], matchers: [USED] }),
        legend: queries.legend(ATTR_FALLBACK_TYPE),
      },
    ],
  };
}

export function errorsByType(queries: Queries): Graph {
  return results(
    queries,
    ERRORS,
    ATTR_ERROR_TYPE,
    {
      title: 'Errors that triggered the fallback',
      description:
        'Errors and failed results that the fallback replaced, by HTTP status, error code or error class.',
      noData: NO_FALLBACK,
    },
    [equals<PolicyType>(ATTR_POLICY_TYPE, 'fallback')],
  );
}
