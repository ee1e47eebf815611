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
import { RETRY_ATTEMPTS, RETRY_CALLS, RETRY_DELAY } from '../../semconv/metrics.ts';
import type { HistogramPart } from '../../semconv/prometheus.ts';
import { equals, oneOf, type Queries } from '../promql/queries.ts';
import { RETRY_RESULT } from './colors.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import { gained, policyLegend, rate, ratio } from './targets.ts';
import { type Graph, NO_CALLS } from './types.ts';

const NO_RETRY = 'no call was made again in that time, or no replica reports.';

/** Calls that were made again, and ended by themselves. */
export const RETRIED = oneOf<RetryResult>(ATTR_RETRY_RESULT, ['success_after_retry', 'exhausted']);
export const RECOVERED = equals<RetryResult>(ATTR_RETRY_RESULT, 'success_after_retry');
export const SECOND = equals<RetryAttempt>(ATTR_RETRY_ATTEMPT, '2');

export function secondRetries(queries: Queries): Graph {
  const { count, windowSeconds } = queries.limits.secondRetries;
  return {
    kind: 'lines',
    title: `Second retries in ${queries.window(windowSeconds)}`,
    description:
      'Calls that failed, were made again, and failed again. More than the line is a degraded network, ' +
      'or a dependency on its way down.',
    noData: 'no retry is instrumented, or no replica reports.',
    unit: Count,
    queries: [
      {
        expr: gained(queries, RETRY_ATTEMPTS, windowSeconds, {
          by: queries.policy,
          matchers: [SECOND],
        }),
        legend: policyLegend(queries),
      },
    ],
    limit: { value: count, bad: 'above' },
    toPolicy: true,
  };
}

export function calls(queries: Queries): Graph {
  return results(queries, RETRY_CALLS, ATTR_RETRY_RESULT, {
    title: 'Calls through the retry',
    description:
      'How calls ended, counted once however often they were made: at once, after a retry, exhausted ' +
      '(the last attempt failed as well), or with an error that is not retried.',
    colors: RETRY_RESULT,
  });
}

export function attempts(queries: Queries): Graph {
  return {
    kind: 'stack',
    title: 'Retries by attempt',
    description:
      'Calls made again: 1 is the first retry, that is the second call. A few firsts are an ordinary ' +
      'day; as many seconds as firsts mean that retrying does not help.',
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

export function recovered(queries: Queries): Graph {
  return share(
    queries,
    RETRY_CALLS,
    { part: [RECOVERED], whole: [RETRIED] },
    {
      title: 'Retried calls that recovered',
      description:
        'Share of the calls made again that succeeded in the end. Below the line, retries only add load ' +
        'to a dependency that is down.',
      noData: NO_RETRY,
    },
    { value: queries.limits.retrySuccess.ratio, bad: 'below' },
  );
}

export function exhausted(queries: Queries): Graph {
  return share(
    queries,
    RETRY_CALLS,
    { part: [equals<RetryResult>(ATTR_RETRY_RESULT, 'exhausted')] },
    {
      title: 'Calls that used up their retries',
      description:
        'Share of all calls that failed at their last attempt: the exhaustion rate. Callers waited for ' +
        'every retry, and got nothing.',
    },
  );
}

export function amplification(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Retries for each call',
    description:
      'How much load retries add to what callers asked for. Above the line, retries are what keeps the ' +
      'dependency down.',
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

export function delay(queries: Queries): Graph {
  const of = (part: HistogramPart) => rate(queries, RETRY_DELAY, { by: [], part });
  return {
    kind: 'lines',
    title: 'Mean wait before a retry',
    description:
      'How long calls wait before they are made again; callers wait as long. It grows from retry to ' +
      'retry, as the backoff says.',
    noData: NO_RETRY,
    unit: Seconds,
    queries: [{ expr: ratio(of('sum'), of('count')), legend: 'mean' }],
  };
}
