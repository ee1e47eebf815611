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
import { FALLBACK_RESULT } from './colors.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import { gained, rate } from './targets.ts';
import type { Graph } from './types.ts';

const NO_FALLBACK = 'no fallback had to answer in that time, or no replica reports.';

export const USED = equals<FallbackResult>(ATTR_FALLBACK_RESULT, 'used');

export function calls(queries: Queries): Graph {
  return results(queries, FALLBACK_CALLS, ATTR_FALLBACK_RESULT, {
    title: 'Calls through the fallback',
    description:
      'Calls that needed no fallback, that it answered, or that it failed as well: those callers have ' +
      'nothing left.',
    colors: FALLBACK_RESULT,
  });
}

export function used(queries: Queries): Graph {
  return share(
    queries,
    FALLBACK_CALLS,
    { part: [USED] },
    {
      title: 'Answers by a fallback',
      description:
        'Share of calls that a fallback answered: callers are served, but not with the real thing. The ' +
        'line is the documented limit.',
    },
    { value: queries.limits.fallbacks.ratio, bad: 'above' },
  );
}

export function failures(queries: Queries): Graph {
  const { count, windowSeconds } = queries.limits.fallbackFailures;
  const failed = equals<FallbackResult>(ATTR_FALLBACK_RESULT, 'failed');
  return {
    kind: 'lines',
    title: `Fallbacks failed in ${queries.window(windowSeconds)}`,
    description:
      'Calls that failed, and whose fallback failed too. At the line, ResilienceFallbackFailing pages.',
    noData: 'no fallback is instrumented, or no replica reports.',
    unit: Count,
    queries: [
      {
        expr: gained(queries, FALLBACK_CALLS, windowSeconds, { by: [], matchers: [failed] }),
        legend: 'failed',
      },
    ],
    limit: { value: count, bad: 'above' },
  };
}

export function byType(queries: Queries): Graph {
  return {
    kind: 'parts',
    title: 'Fallback answers by type',
    description:
      'What callers got instead, of all fallback answers: a fixed value, what a function made, a cached ' +
      'answer, or a stale one that is older than it should be. Cached and stale taken together are the ' +
      'hit rate of the cache.',
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

export function errors(queries: Queries): Graph {
  return results(
    queries,
    ERRORS,
    ATTR_ERROR_TYPE,
    {
      title: 'Why the fallback answered, by type of error',
      description:
        'The errors and failed results that the fallback stood in for, by HTTP status, error code or ' +
        'class.',
      noData: NO_FALLBACK,
    },
    [equals<PolicyType>(ATTR_POLICY_TYPE, 'fallback')],
  );
}
