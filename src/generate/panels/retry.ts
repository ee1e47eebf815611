import {
  Number as Count,
  OpsPerSecond,
  PercentUnit,
  Seconds,
} from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_RETRY_ATTEMPT,
  ATTR_RETRY_RESULT,
  type RetryAttempt,
  type RetryResult,
} from '../../semconv/attributes.ts';
import {
  RETRY_ATTEMPTS,
  RETRY_BUDGET_BALANCE,
  RETRY_CALLS,
  RETRY_DELAY,
} from '../../semconv/metrics.ts';
import type { HistogramPart } from '../../semconv/prometheus.ts';
import { equals, oneOf, type Queries } from '../promql/queries.ts';
import { RETRY_RESULT_COLORS } from './colors.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import { increase, policyLegend, rate, ratio } from './targets.ts';
import { type Graph, NO_CALLS } from './types.ts';

const NO_RETRY = 'no call was retried in this time, or no replica reports.';

/** Retried calls, without those that the caller aborted. */
export const RETRIED = oneOf<RetryResult>(ATTR_RETRY_RESULT, ['success_after_retry', 'exhausted']);
export const RECOVERED = equals<RetryResult>(ATTR_RETRY_RESULT, 'success_after_retry');
export const SECOND_RETRY = equals<RetryAttempt>(ATTR_RETRY_ATTEMPT, '2');

export function secondRetries(queries: Queries): Graph {
  const { count, windowSeconds } = queries.limits.secondRetries;
  return {
    kind: 'lines',
    title: `Second retries in ${queries.window(windowSeconds)}`,
    description:
      'Calls that failed, were retried, and failed again. Above the line, the network is degraded or the ' +
      'dependency is about to fail.',
    noData: 'no retry is instrumented, or no replica reports.',
    unit: Count,
    queries: [
      {
        expr: increase(queries, RETRY_ATTEMPTS, windowSeconds, {
          by: queries.policy,
          matchers: [SECOND_RETRY],
        }),
        legend: policyLegend(queries),
      },
    ],
    limit: { value: count, bad: 'above' },
    linksToPolicy: true,
  };
}

export function callsByResult(queries: Queries): Graph {
  return results(queries, RETRY_CALLS, ATTR_RETRY_RESULT, {
    title: 'Calls by retry result',
    description:
      'Calls, each counted once: success without or after a retry, exhausted (the last attempt failed ' +
      'too), not retryable, aborted by the caller, or denied a retry by the budget.',
    colors: RETRY_RESULT_COLORS,
  });
}

export function retriesByAttempt(queries: Queries): Graph {
  return {
    kind: 'stack',
    title: 'Retries by attempt',
    description:
      'Attempt 1 is the first retry. A few first retries are normal. If second retries are as frequent, ' +
      'retries do not help.',
    noData: 'no retry is instrumented, or no replica reports.',
    unit: OpsPerSecond,
    queries: [
      {
        expr: rate(queries, RETRY_ATTEMPTS, { by: [ATTR_RETRY_ATTEMPT] }),
        legend: queries.legend(ATTR_RETRY_ATTEMPT),
      },
    ],
  };
}

export function recoveredShare(queries: Queries): Graph {
  return share(
    queries,
    RETRY_CALLS,
    { part: [RECOVERED], whole: [RETRIED] },
    {
      title: 'Share of retried calls that recovered',
      description:
        'Retried calls that finally succeeded. Below the line, retries only add load to a dependency that ' +
        'is down.',
      noData: NO_RETRY,
    },
    { value: queries.limits.retrySuccess.ratio, bad: 'below' },
  );
}

export function exhaustedShare(queries: Queries): Graph {
  return share(
    queries,
    RETRY_CALLS,
    { part: [equals<RetryResult>(ATTR_RETRY_RESULT, 'exhausted')] },
    {
      title: 'Share of calls that exhausted their retries',
      description:
        'Calls whose last attempt failed. Their callers waited for every retry and got an error.',
    },
  );
}

export function amplification(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Retries per call',
    description:
      'The load that retries add to the calls. Above the line, retries may prevent the dependency from ' +
      'recovering.',
    noData: NO_CALLS,
    unit: PercentUnit,
    queries: [
      {
        expr: ratio(
          rate(queries, RETRY_ATTEMPTS, { by: [] }),
          rate(queries, RETRY_CALLS, { by: [] }),
        ),
        legend: 'retries',
      },
    ],
    limit: { value: queries.limits.retryAmplification.perCall, bad: 'above' },
  };
}

export function meanDelay(queries: Queries): Graph {
  const delays = (part: HistogramPart) => rate(queries, RETRY_DELAY, { by: [], part });
  return {
    kind: 'lines',
    title: 'Mean delay before a retry',
    description: 'The backoff of the retry policy. Callers wait as long.',
    noData: NO_RETRY,
    unit: Seconds,
    queries: [{ expr: ratio(delays('sum'), delays('count')), legend: 'mean' }],
  };
}

export function budgetDeniedShare(queries: Queries): Graph {
  return share(
    queries,
    RETRY_CALLS,
    { part: [equals<RetryResult>(ATTR_RETRY_RESULT, 'budget_exhausted')] },
    {
      title: 'Share of calls without a retry because of the budget',
      description:
        'Failed calls that the retry budget denied a further attempt. Above the line, so many calls fail ' +
        'that retrying them all would multiply the load of the dependency.',
    },
    { value: queries.limits.retryBudget.ratio, bad: 'above' },
  );
}

export function budgetBalance(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Retry budget, lowest replica',
    description:
      'Retries that the budget of the dependency allows now, on the replica with the fewest. At 0, failed ' +
      'calls are not retried.',
    noData: 'no retry has a budget, or no replica reports.',
    unit: Count,
    queries: [
      {
        expr: `min(${queries.dashboardSelector(RETRY_BUDGET_BALANCE)})`,
        legend: 'lowest replica',
      },
    ],
  };
}
