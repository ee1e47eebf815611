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
import * as bulkhead from './bulkhead.ts';
import { change } from './circuit-breaker.ts';
import { ANSWERED } from './execution.ts';
import * as fallback from './fallback.ts';
import { RECOVERED, RETRIED, SECOND } from './retry.ts';
import { answersRecorded, retention } from './slo.ts';
import { gained, made, maySlower, ratio, recordedRatio, slower } from './targets.ts';
import * as timeout from './timeout.ts';
import { type Column, POLICY_TITLE, type Table } from './types.ts';

/** The window of the error rate; that of availability is the budget's. */
const HOUR = 3600;
const ERRORS_TITLE = 'Errors';

/** A column for a documented limit: what is measured as its alert measures it, and judged by it. */
type Score = (queries: Queries, limits: Limits) => Column;

/** By the limit that they are held to. */
export const SCORES: Readonly<Partial<Record<keyof Limits, Score>>> = {
  stuckOpen: (queries, { stuckOpen: { seconds } }) => ({
    title: 'Not closed',
    unit: Seconds,
    expr: `max ${queries.by(queries.policy)} (${queries.dashboardSelector(CIRCUIT_BREAKER_DOWNTIME)})`,
    limit: { value: queries.seconds(seconds), bad: 'above' },
  }),
  opened: (queries, { opened: { count, windowSeconds } }) =>
    events(queries, 'Openings', [CIRCUIT_BREAKER_TRANSITIONS, change('closed', 'open')], {
      count,
      windowSeconds,
    }),
  probeFailed: (queries, { probeFailed: { count, windowSeconds } }) =>
    events(queries, 'Failed probes', [CIRCUIT_BREAKER_TRANSITIONS, change('half_open', 'open')], {
      count,
      windowSeconds,
    }),
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
      answersRecorded(queries),
      queries.policy,
      queries.time(BUDGET_SECONDS),
    )}`,
    limit: { value: availability.ratio, bad: 'below' },
  }),
  errors: (queries, { errors }) => ({
    title: ERRORS_TITLE,
    unit: PercentUnit,
    decimals: 3,
    expr: recordedRatio(queries, answersRecorded(queries), queries.policy, queries.time(HOUR)),
    limit: { value: errors.ratio, bad: 'above' },
  }),
  latency: (queries, { latency: { seconds, windowSeconds } }) =>
    late(queries, [ANSWERED], seconds, windowSeconds, `Over ${seconds * 1000} ms`),
  secondRetries: (queries, { secondRetries: { count, windowSeconds } }) =>
    events(queries, '2nd retries', [RETRY_ATTEMPTS, [SECOND]], { count, windowSeconds }),
  retrySuccess: (queries, { retrySuccess }) =>
    part(queries, 'Recovered', [RETRY_CALLS, [RECOVERED], [RETRIED]], retrySuccess, 'below'),
  timeouts: (queries, { timeouts }) =>
    part(queries, 'Timed out', [TIMEOUT_CALLS, [timeout.TIMED_OUT]], timeouts),
  bulkheadRejections: (queries, { bulkheadRejections }) =>
    part(queries, 'Bulkhead', [BULKHEAD_CALLS, [bulkhead.REJECTED]], bulkheadRejections),
  fallbacks: (queries, { fallbacks }) =>
    part(queries, 'Fallback', [FALLBACK_CALLS, [fallback.USED]], fallbacks),
};

/** Every documented limit that can be told of one policy. */
export function scorecard(queries: Queries): Table {
  const { latency, opened, recovery } = queries.limits;
  return {
    kind: 'table',
    title: 'Scorecard: every policy against every documented limit',
    description:
      'Red is beyond a documented limit, by the numbers of the alerts. Not closed: worst replica. ' +
      `Openings, failed probes and second retries: in ${queries.window(opened.windowSeconds)}. ` +
      `Recovery: mean of ${queries.time(recovery.windowSeconds)}. Available: ` +
      `${queries.time(BUDGET_SECONDS)}. Errors: calls without an answer in ${queries.time(HOUR)}. ` +
      `Over ${latency.seconds * 1000} ms: of answered calls; red where p${latency.quantile * 100} is above ` +
      'it. All others: about ' +
      `${queries.window(latency.windowSeconds)}. A few calls of a quiet night can ` +
      'make a cell red where no alert fires. A dash: no such policy, or no such call. Click a policy ' +
      `for all of it. ${retention(queries)}`,
    noData: 'no policy is instrumented, or no replica reports.',
    rows: [
      { label: ATTR_POLICY_NAME, title: POLICY_TITLE },
      ...queries.service.map((label) => ({ label, title: queries.title(label) })),
    ],
    columns: Object.values(SCORES).map((score) => score(queries, queries.limits)),
    sortedBy: { title: ERRORS_TITLE, order: 'falling' },
    toPolicy: true,
  };
}

/** Of the incidents of a window, as the alert on slow recovery has it. */
function meanDowntime(queries: Queries, windowSeconds: number): string {
  const downtime = `${made(queries, recordedSeries.downtime(queries))}[${queries.time(windowSeconds)}]`;
  const max = (expr: string) => `max ${queries.by(queries.policy)} (${expr})`;
  return ratio(max(`increase(${downtime})`), max(`resets(${downtime})`));
}

type Counted = readonly [Metric, readonly Matcher[]];

function events(
  queries: Queries,
  title: string,
  [metric, matchers]: Counted,
  { count, windowSeconds }: { count: number; windowSeconds: number },
): Column {
  return {
    title,
    unit: Count,
    decimals: 0,
    expr: gained(queries, metric, windowSeconds, { by: queries.policy, matchers }),
    limit: { value: count, bad: 'above' },
  };
}

/** A limit of a percentile, as the share that may be slower. */
function late(
  queries: Queries,
  matchers: readonly Matcher[],
  seconds: number,
  windowSeconds: number,
  title: string,
): Column {
  const of = { by: queries.policy, matchers };
  return {
    title,
    unit: PercentUnit,
    decimals: 1,
    expr: slower(queries, seconds, EXECUTION_DURATION, of, windowSeconds),
    limit: { value: maySlower(queries), bad: 'above' },
  };
}

function part(
  queries: Queries,
  title: string,
  [metric, some, all = []]: readonly [...Counted, whole?: readonly Matcher[]],
  limit: { ratio: number; windowSeconds: number },
  bad: 'above' | 'below' = 'above',
): Column {
  const calls = (matchers: readonly Matcher[]) =>
    gained(queries, metric, limit.windowSeconds, { by: queries.policy, matchers });
  return {
    title,
    unit: PercentUnit,
    decimals: 1,
    expr: ratio(calls(some), calls(all)),
    limit: { value: limit.ratio, bad },
  };
}
