import { Number as Count, PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_POLICY_NAME,
  ATTR_RETRY_ATTEMPT,
  ATTR_RETRY_RESULT,
  type RetryAttempt,
  type RetryResult,
} from '../../semconv/attributes.ts';
import { RETRY_ATTEMPTS, RETRY_CALLS } from '../../semconv/metrics.ts';
import { is, isOneOf, type Queries } from '../queries.ts';
import type { Panel } from './panel.ts';

export function secondRetries(queries: Queries): Panel {
  const { count, windowSeconds } = queries.limits.secondRetries;
  const second = is<RetryAttempt>(ATTR_RETRY_ATTEMPT, '2');
  const window = queries.window(windowSeconds);
  return {
    kind: 'lines',
    title: `Second retries in ${window}`,
    description:
      'Calls that failed, were made again, and failed again. More than the line is a degraded network, ' +
      'or a dependency on its way down.',
    noData: 'no retry is instrumented, or no replica reports.',
    unit: Count,
    query:
      `sum ${queries.by([ATTR_POLICY_NAME])} ` +
      `(increase(${queries.shown(RETRY_ATTEMPTS, [second])}[${window}]))`,
    legend: queries.legend(ATTR_POLICY_NAME),
    limit: { value: count, bad: 'above' },
  };
}

export function recovered(queries: Queries): Panel {
  const by = queries.by([ATTR_POLICY_NAME]);
  const after = is<RetryResult>(ATTR_RETRY_RESULT, 'success_after_retry');
  const retried = isOneOf<RetryResult>(ATTR_RETRY_RESULT, ['success_after_retry', 'exhausted']);
  return {
    kind: 'lines',
    title: 'Retried calls that recovered',
    description:
      'Share of the calls made again that succeeded in the end. Below the line, retries only add load ' +
      'to a dependency that is down.',
    noData: 'no call was made again in that time, or no replica reports.',
    unit: PercentUnit,
    query: `sum ${by} (${queries.rate(RETRY_CALLS, [after])}) / sum ${by} (${queries.rate(RETRY_CALLS, [retried])})`,
    legend: queries.legend(ATTR_POLICY_NAME),
    limit: { value: queries.limits.retrySuccess.ratio, bad: 'below' },
  };
}
