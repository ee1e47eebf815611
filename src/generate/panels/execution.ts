import {
  Number as Count,
  OpsPerSecond,
  PercentUnit,
  Seconds,
} from '@grafana/grafana-foundation-sdk/units';
import {
  ATTR_EXECUTION_RESULT,
  ATTR_OUTCOME,
  type ExecutionResult,
} from '../../semconv/attributes.ts';
import { EXECUTION_ACTIVE, EXECUTION_DURATION, EXECUTIONS } from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import { COUNTED, UNANSWERED } from '../alerts/recording-rules.ts';
import { equals, type Queries } from '../promql/queries.ts';
import { EXECUTION_RESULT_COLORS, OUTCOME_COLORS } from './colors.ts';
import { percentiles } from './percentiles.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import {
  allowedSlowShare,
  increase,
  percentile,
  policyLegend,
  rate,
  ratio,
  slowShare,
  total,
} from './targets.ts';
import { type Graph, NO_CALLS, NO_DURATIONS } from './types.ts';

const RANKING_LENGTH = 10;

/** Durations of the dependency; a rejected call is fast and would hide a slow dependency. */
export const ANSWERED = equals<ExecutionResult>(ATTR_EXECUTION_RESULT, 'answered');

export function callsByOutcome(queries: Queries): Graph {
  return results(queries, EXECUTIONS, ATTR_OUTCOME, {
    title: 'Calls by outcome',
    description:
      'Answered: success, or the result of a fallback. Unanswered: failed, rejected before it was sent, ' +
      'or timed out. Neither: cancelled by the caller, or not handled, which is an error that no policy ' +
      'handles, such as a 404.',
    colors: OUTCOME_COLORS,
  });
}

export function highestUnansweredShares(queries: Queries): Graph {
  const { windowSeconds } = queries.limits.latency;
  const calls = (matchers: Matcher[]) =>
    increase(queries, EXECUTIONS, windowSeconds, { by: queries.policy, matchers });
  return {
    kind: 'ranking',
    title: `Highest share of unanswered calls, last ${queries.window(windowSeconds)}`,
    description:
      'The ten policies with the highest share of calls that end with neither a result nor a fallback. ' +
      'Red: above the limit. Start with the first.',
    noData: NO_CALLS,
    unit: PercentUnit,
    queries: [
      {
        expr: `topk(${RANKING_LENGTH}, ${ratio(calls([UNANSWERED]), calls([COUNTED]))})`,
        legend: policyLegend(queries),
      },
    ],
    limit: { value: queries.limits.errors.ratio, bad: 'above' },
    linksToPolicy: true,
  };
}

/** The share above the limit of p95, because percentiles of a whole fleet are expensive. */
export function highestSlowShares(queries: Queries): Graph {
  const { quantile, seconds, windowSeconds } = queries.limits.latency;
  const answered = { by: queries.policy, matchers: [ANSWERED] };
  const share = slowShare(queries, seconds, EXECUTION_DURATION, answered, windowSeconds);
  return {
    kind: 'ranking',
    title: `Highest share of calls over ${seconds * 1000} ms, last ${queries.window(windowSeconds)}`,
    description:
      `The ten policies with the highest share of answered calls over ${seconds * 1000} ms, retries and waits ` +
      `included. Red: p${quantile * 100} is above the limit. A slow dependency often fails soon.`,
    noData: NO_DURATIONS,
    unit: PercentUnit,
    queries: [{ expr: `topk(${RANKING_LENGTH}, ${share})`, legend: policyLegend(queries) }],
    limit: { value: allowedSlowShare(queries), bad: 'above' },
    linksToPolicy: true,
  };
}

/** Calls per second: one in about 15 min. */
const MIN_RATE = 0.001;

/** For one policy. */
export function unansweredRate(queries: Queries): Graph {
  return {
    kind: 'stat',
    title: 'Unanswered calls per second',
    description:
      'Calls that end with neither a result nor a fallback: they fail, time out, or are rejected. ' +
      'Normal: 0.',
    noData: NO_CALLS,
    unit: OpsPerSecond,
    queries: [{ expr: rate(queries, EXECUTIONS, { by: [], matchers: [UNANSWERED] }) }],
    limit: { value: MIN_RATE, bad: 'above' },
  };
}

/** For many policies. */
export function policiesWithUnanswered(queries: Queries): Graph {
  const calls = rate(queries, EXECUTIONS, { by: queries.policy, matchers: [UNANSWERED] });
  return {
    kind: 'stat',
    title: 'Policies with unanswered calls',
    description:
      'Policies with calls that now end with neither a result nor a fallback. The scorecard names them. ' +
      'Normal: 0.',
    noData: NO_CALLS,
    unit: Count,
    queries: [{ expr: `sum(${calls} > bool ${MIN_RATE})` }],
    limit: { value: 1, bad: 'above' },
  };
}

export function unansweredShare(queries: Queries): Graph {
  return share(
    queries,
    EXECUTIONS,
    { part: [UNANSWERED], whole: [COUNTED] },
    {
      title: 'Share of unanswered calls',
      description:
        'Calls that ended with neither a result nor a fallback: failed, rejected or timed out. The line ' +
        'is the limit.',
    },
    { value: queries.limits.errors.ratio, bad: 'above' },
  );
}

export function runningCalls(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Running calls',
    description:
      'Calls on all replicas that have not settled. A line that only rises: the dependency hangs, and ' +
      'the service will run out of connections or memory.',
    noData: 'the policy is not instrumented, or no replica reports.',
    unit: Count,
    queries: [{ expr: total(queries, EXECUTION_ACTIVE, []), legend: 'running' }],
  };
}

export function duration(queries: Queries): Graph {
  return percentiles(
    queries,
    EXECUTION_DURATION,
    {
      title: 'Duration of answered calls',
      description:
        'From the call to its result, retries and waits included: median, p95 and p99. The line is the ' +
        'limit of p95.',
      noData: NO_DURATIONS,
    },
    { matchers: [ANSWERED], limit: { value: queries.limits.latency.seconds, bad: 'above' } },
  );
}

export function durationByResult(queries: Queries): Graph {
  const { quantile, seconds } = queries.limits.latency;
  return {
    kind: 'lines',
    title: `Duration by result, p${quantile * 100}`,
    description:
      'How long callers wait with and without a result. If unanswered calls are slow, use a shorter ' +
      'timeout, or put the circuit breaker outside the retry.',
    noData: NO_DURATIONS,
    unit: Seconds,
    queries: [
      {
        expr: percentile(queries, quantile, EXECUTION_DURATION, { by: [ATTR_EXECUTION_RESULT] }),
        legend: queries.legend(ATTR_EXECUTION_RESULT),
      },
    ],
    limit: { value: seconds, bad: 'above' },
    colors: EXECUTION_RESULT_COLORS,
  };
}
