import { ATTR_TIMEOUT_RESULT, type TimeoutResult } from '../../semconv/attributes.ts';
import { EXECUTION_DURATION, TIMEOUT_CALLS, TIMEOUT_LIMIT } from '../../semconv/metrics.ts';
import { equals, type Queries } from '../promql/queries.ts';
import { TIMEOUT_RESULT_COLORS } from './colors.ts';
import { percentiles } from './percentiles.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import { type Graph, NO_DURATIONS } from './types.ts';

export const TIMED_OUT = equals<TimeoutResult>(ATTR_TIMEOUT_RESULT, 'timed_out');

export function callsByResult(queries: Queries): Graph {
  return results(queries, TIMEOUT_CALLS, ATTR_TIMEOUT_RESULT, {
    title: 'Calls by timeout result',
    description:
      'Calls and retries. Completed: settled in time. Timed out: aborted by the timeout. Cancelled: ' +
      'aborted by the caller.',
    colors: TIMEOUT_RESULT_COLORS,
  });
}

export function timedOutShare(queries: Queries): Graph {
  return share(
    queries,
    TIMEOUT_CALLS,
    { part: [TIMED_OUT] },
    {
      title: 'Share of calls that timed out',
      description:
        'Calls and retries that the timeout aborted. Above the line, the dependency is slow or the ' +
        'timeout too short.',
    },
    { value: queries.limits.timeouts.ratio, bad: 'above' },
  );
}

export function durationAndLimit(queries: Queries): Graph {
  const graph = percentiles(queries, EXECUTION_DURATION, {
    title: 'Call duration and timeout',
    description:
      'Median, p95 and p99 of calls, retries and waits included, and the longest timeout of this policy ' +
      '(dashed). Where they meet, the timeout aborts calls that might have succeeded. A retry around ' +
      'the timeout makes calls longer than the timeout.',
    noData: NO_DURATIONS,
  });
  const limit = {
    expr: `max(${queries.dashboardSelector(TIMEOUT_LIMIT)})`,
    legend: 'limit',
    isLimit: true,
  };
  return { ...graph, queries: [...graph.queries, limit] };
}
