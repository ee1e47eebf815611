import { Number as Count, PercentUnit, Seconds } from '@grafana/grafana-foundation-sdk/units';
import { BUDGET_SECONDS } from '../../presets/thresholds.ts';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import {
  BULKHEAD_CALLS,
  CIRCUIT_BREAKER_DOWNTIME,
  CIRCUIT_BREAKER_TRANSITIONS,
  EXECUTION_DURATION,
  FALLBACK_CALLS,
  type Metric,
  RETRY_ATTEMPTS,
  RETRY_CALLS,
  TIMEOUT_CALLS,
} from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import { recordedSeries } from '../alerts/recording-rules.ts';
import type { Limits } from '../options/limits.ts';
import type { Queries } from '../promql/queries.ts';
import { REJECTED } from './bulkhead.ts';
import { transition } from './circuit-breaker.ts';
import { ANSWERED } from './execution.ts';
import { USED } from './fallback.ts';
import { RECOVERED, RETRIED, SECOND_RETRY } from './retry.ts';
import { recordedExecutions, retentionNote } from './slo.ts';
import {
  allowedSlowShare,
  increase,
  ratio,
  recordedRatio,
  ruleSelector,
  slowShare,
} from './targets.ts';
import { TIMED_OUT } from './timeout.ts';
import { type Column, POLICY_TITLE, type Table } from './types.ts';

/** The window of the error rate. */
const HOUR = 3600;
const ERRORS_TITLE = 'Errors';

/** Creates the column of a limit, with the same measurement as the alert of that limit. */
type CreateColumn = (queries: Queries, limits: Limits) => Column;

/** Columns by their limits. */
export const COLUMNS: Readonly<Partial<Record<keyof Limits, CreateColumn>>> = {
  stuckOpen: (queries, { stuckOpen: { seconds } }) => ({
    title: 'Not closed',
    unit: Seconds,
    expr: `max ${queries.by(queries.policy)} (${queries.dashboardSelector(CIRCUIT_BREAKER_DOWNTIME)})`,
    limit: { value: queries.seconds(seconds), bad: 'above' },
  }),
  opened: (queries, { opened: { count, windowSeconds } }) =>
    countColumn(queries, 'Openings', [CIRCUIT_BREAKER_TRANSITIONS, transition('closed', 'open')], {
      count,
      windowSeconds,
    }),
  probeFailed: (queries, { probeFailed: { count, windowSeconds } }) =>
    countColumn(
      queries,
      'Failed probes',
      [CIRCUIT_BREAKER_TRANSITIONS, transition('half_open', 'open')],
      {
        count,
        windowSeconds,
      },
    ),
  recovery: (queries, { recovery: { seconds, windowSeconds } }) => ({
    title: 'Recovery',
    unit: Seconds,
    expr: meanDowntime(queries, windowSeconds),
    limit: { value: queries.seconds(seconds), bad: 'above' },
  }),
  availability: (queries, { availability }) => ({
    title: 'Available',
    unit: PercentUnit,
    decimals: 3,
    expr: `1 - ${recordedRatio(
      queries,
      recordedExecutions(queries),
      queries.policy,
      queries.time(BUDGET_SECONDS),
    )}`,
    limit: { value: availability.ratio, bad: 'below' },
  }),
  errors: (queries, { errors }) => ({
    title: ERRORS_TITLE,
    unit: PercentUnit,
    decimals: 3,
    expr: recordedRatio(queries, recordedExecutions(queries), queries.policy, queries.time(HOUR)),
    limit: { value: errors.ratio, bad: 'above' },
  }),
  latency: (queries, { latency: { seconds, windowSeconds } }) =>
    slowShareColumn(queries, seconds, windowSeconds),
  secondRetries: (queries, { secondRetries: { count, windowSeconds } }) =>
    countColumn(queries, '2nd retries', [RETRY_ATTEMPTS, [SECOND_RETRY]], { count, windowSeconds }),
  retrySuccess: (queries, { retrySuccess }) =>
    shareColumn(queries, 'Recovered', [RETRY_CALLS, [RECOVERED], [RETRIED]], retrySuccess, 'below'),
  timeouts: (queries, { timeouts }) =>
    shareColumn(queries, 'Timed out', [TIMEOUT_CALLS, [TIMED_OUT]], timeouts),
  bulkheadRejections: (queries, { bulkheadRejections }) =>
    shareColumn(queries, 'Bulkhead', [BULKHEAD_CALLS, [REJECTED]], bulkheadRejections),
  fallbacks: (queries, { fallbacks }) =>
    shareColumn(queries, 'Fallback', [FALLBACK_CALLS, [USED]], fallbacks),
};

/** A row per policy, and a column for each limit that applies to a policy. */
export function scorecard(queries: Queries): Table {
  const { latency, opened, recovery } = queries.limits;
  return {
    kind: 'table',
    title: 'Scorecard: policies and their limits',
    description:
      'Red: beyond the limit of an alert. With few calls, a cell can be red although no alert fires. A ' +
      'dash: no such policy or no such call. Click a policy for its dashboard. Not closed: worst ' +
      `replica. Openings, failed probes, second retries: in ${queries.window(opened.windowSeconds)}. ` +
      `Recovery: mean of ${queries.time(recovery.windowSeconds)}. Available: ` +
      `${queries.time(BUDGET_SECONDS)}. Errors: unanswered calls in ${queries.time(HOUR)}. ` +
      `Over ${latency.seconds * 1000} ms: answered calls; red if p${latency.quantile * 100} is above it. ` +
      `Others: about ${queries.window(latency.windowSeconds)}. ${retentionNote(queries)}`,
    noData: 'no policy is instrumented, or no replica reports.',
    rows: [
      { label: ATTR_POLICY_NAME, title: POLICY_TITLE },
      ...queries.service.map((label) => ({ label, title: queries.title(label) })),
    ],
    columns: Object.values(COLUMNS).map((createColumn) => createColumn(queries, queries.limits)),
    sortedBy: { title: ERRORS_TITLE, order: 'descending' },
    linksToPolicy: true,
  };
}

/** Mean downtime of the incidents in a window, as in the alert on slow recovery. */
function meanDowntime(queries: Queries, windowSeconds: number): string {
  const downtime = `${ruleSelector(queries, recordedSeries.downtime(queries))}[${queries.time(windowSeconds)}]`;
  const max = (expr: string) => `max ${queries.by(queries.policy)} (${expr})`;
  return ratio(max(`increase(${downtime})`), max(`resets(${downtime})`));
}

type Events = readonly [Metric, readonly Matcher[]];

function countColumn(
  queries: Queries,
  title: string,
  [metric, matchers]: Events,
  { count, windowSeconds }: { count: number; windowSeconds: number },
): Column {
  return {
    title,
    unit: Count,
    decimals: 0,
    expr: increase(queries, metric, windowSeconds, { by: queries.policy, matchers }),
    limit: { value: count, bad: 'above' },
  };
}

/** The limit of a percentile, as the share of calls that may be slower. */
function slowShareColumn(queries: Queries, seconds: number, windowSeconds: number): Column {
  const aggregation = { by: queries.policy, matchers: [ANSWERED] };
  return {
    title: `Over ${seconds * 1000} ms`,
    unit: PercentUnit,
    decimals: 1,
    expr: slowShare(queries, seconds, EXECUTION_DURATION, aggregation, windowSeconds),
    limit: { value: allowedSlowShare(queries), bad: 'above' },
  };
}

function shareColumn(
  queries: Queries,
  title: string,
  [metric, partMatchers, wholeMatchers = []]: readonly [...Events, whole?: readonly Matcher[]],
  limit: { ratio: number; windowSeconds: number },
  bad: 'above' | 'below' = 'above',
): Column {
  const calls = (matchers: readonly Matcher[]) =>
    increase(queries, metric, limit.windowSeconds, { by: queries.policy, matchers });
  return {
    title,
    unit: PercentUnit,
    decimals: 1,
    expr: ratio(calls(partMatchers), calls(wholeMatchers)),
    limit: { value: limit.ratio, bad },
  };
}
