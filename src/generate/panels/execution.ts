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
import { EXECUTION_RESULT, OUTCOME } from './colors.ts';
import { percentiles } from './percentiles.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import {
  gained,
  maySlower,
  now,
  percentile,
  policyLegend,
  rate,
  ratio,
  slower,
} from './targets.ts';
import { type Graph, NO_CALLS } from './types.ts';

/** As many bars as one takes in at a glance. */
const WORST = 10;

const NO_DURATIONS = `${NO_CALLS} Durations can also be switched off where a policy is instrumented.`;

/** The durations by which a dependency is judged: a rejected call is quick, and says nothing of it. */
export const ANSWERED = equals<ExecutionResult>(ATTR_EXECUTION_RESULT, 'answered');

export function byOutcome(queries: Queries): Graph {
  return results(queries, EXECUTIONS, ATTR_OUTCOME, {
    title: 'Calls by outcome',
    description:
      'What callers got: an answer (success), a stand-in for it (fallback), or none: the call failed, ' +
      'was rejected before it was made, or timed out. Cancelled is what callers gave up themselves; not ' +
      'handled is an error that no filter of the policy handles, such as a 404.',
    colors: OUTCOME,
  });
}

export function worstByFailures(queries: Queries): Graph {
  const { windowSeconds } = queries.limits.latency;
  const calls = (matchers: Matcher[]) =>
    gained(queries, EXECUTIONS, windowSeconds, { by: queries.policy, matchers });
  return {
    kind: 'ranking',
    title: `Most calls without an answer, last ${queries.window(windowSeconds)}`,
    description:
      'The ten policies whose callers most often got neither an answer nor a fallback, as a share of ' +
      'their calls. Red is above the documented limit. Begin with the uppermost.',
    noData: NO_CALLS,
    unit: PercentUnit,
    queries: [
      {
        expr: `topk(${WORST}, ${ratio(calls([UNANSWERED]), calls([COUNTED]))})`,
        legend: policyLegend(queries),
      },
    ],
    limit: { value: queries.limits.errors.ratio, bad: 'above' },
    toPolicy: true,
  };
}

/** By what its alert judges p95 by: the percentiles themselves are too much to ask of a fleet. */
export function slowest(queries: Queries): Graph {
  const { quantile, seconds, windowSeconds } = queries.limits.latency;
  const answered = { by: queries.policy, matchers: [ANSWERED] };
  const share = slower(queries, seconds, EXECUTION_DURATION, answered, windowSeconds);
  return {
    kind: 'ranking',
    title: `Most calls over ${seconds * 1000} ms, last ${queries.window(windowSeconds)}`,
    description:
      `The ten slowest policies, by the share of answered calls that took longer than ${seconds * 1000} ms with all ` +
      `retries, waits and fallbacks. Red: p${quantile * 100} is above the documented limit. Slow is ` +
      'often the first sign of a dependency that is about to fail.',
    noData: NO_DURATIONS,
    unit: PercentUnit,
    queries: [{ expr: `topk(${WORST}, ${share})`, legend: policyLegend(queries) }],
    limit: { value: maySlower(queries), bad: 'above' },
    toPolicy: true,
  };
}

/** A call in a quarter of an hour: less is shown as 0. */
const ANY_RATE = 0.001;

/** Of one policy. */
export function unanswered(queries: Queries): Graph {
  return {
    kind: 'stat',
    title: 'Callers that get nothing',
    description:
      'Calls a second that end with neither an answer nor a fallback: they fail, time out, or are ' +
      'rejected.',
    noData: NO_CALLS,
    unit: OpsPerSecond,
    queries: [{ expr: rate(queries, EXECUTIONS, { by: [], matchers: [UNANSWERED] }) }],
    limit: { value: ANY_RATE, bad: 'above' },
  };
}

/** Of many policies. */
export function unansweredNow(queries: Queries): Graph {
  const calls = rate(queries, EXECUTIONS, { by: queries.policy, matchers: [UNANSWERED] });
  return {
    kind: 'stat',
    title: 'Policies whose callers get nothing',
    description:
      'Policies of which some calls end now with neither an answer nor a fallback. The scorecard says ' +
      'which they are.',
    noData: NO_CALLS,
    unit: Count,
    queries: [{ expr: `sum(${calls} > bool ${ANY_RATE})` }],
    limit: { value: 1, bad: 'above' },
  };
}

export function withoutAnswer(queries: Queries): Graph {
  return share(
    queries,
    EXECUTIONS,
    { part: [UNANSWERED], whole: [COUNTED] },
    {
      title: 'Calls without an answer',
      description:
        'Share of calls whose caller got neither an answer nor a fallback: failed, rejected or timed ' +
        'out; of a queue, the messages that were not delivered. The line is the documented limit.',
    },
    { value: queries.limits.errors.ratio, bad: 'above' },
  );
}

export function active(queries: Queries): Graph {
  return {
    kind: 'lines',
    title: 'Calls under way',
    description:
      'Calls that have begun and not yet been answered, on all replicas. A line that only rises is a ' +
      'dependency that does not answer, and a service that will run out of something.',
    noData: 'the policy is not instrumented, or no replica reports.',
    unit: Count,
    queries: [{ expr: now(queries, EXECUTION_ACTIVE, []), legend: 'under way' }],
  };
}

export function duration(queries: Queries): Graph {
  return percentiles(
    queries,
    EXECUTION_DURATION,
    {
      title: 'Duration of answered calls',
      description:
        'From the call to its answer, with all retries, waits and fallbacks: the middle one, one in ' +
        'twenty (p95), one in a hundred (p99). The line is the documented limit for p95.',
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
      'Who waits: callers that get an answer, or callers that get none? Where the latter wait long, a ' +
      'shorter timeout or a circuit breaker outside the retry spares them the wait.',
    noData: NO_DURATIONS,
    unit: Seconds,
    queries: [
      {
        expr: percentile(queries, quantile, EXECUTION_DURATION, { by: [ATTR_EXECUTION_RESULT] }),
        legend: queries.legend(ATTR_EXECUTION_RESULT),
      },
    ],
    limit: { value: seconds, bad: 'above' },
    colors: EXECUTION_RESULT,
  };
}
