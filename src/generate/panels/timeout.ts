import { ATTR_TIMEOUT_RESULT, type TimeoutResult } from '../../semconv/attributes.ts';
import { EXECUTION_DURATION, TIMEOUT_CALLS, TIMEOUT_LIMIT } from '../../semconv/metrics.ts';
import { equals, type Queries } from '../promql/queries.ts';
import { TIMEOUT_RESULT } from './colors.ts';
import { percentiles } from './percentiles.ts';
import { results } from './results.ts';
import { share } from './share.ts';
import { type Graph, NO_CALLS } from './types.ts';

export const TIMED_OUT = equals<TimeoutResult>(ATTR_TIMEOUT_RESULT, 'timed_out');

export function calls(queries: Queries): Graph {
  return results(queries, TIMEOUT_CALLS, ATTR_TIMEOUT_RESULT, {
    title: 'Calls under the timeout',
    description:
      'Calls that ended by themselves, were ended by the timeout, or by their caller. Each retry is a ' +
      'call of its own.',
    colors: TIMEOUT_RESULT,
  });
}

export function timedOut(queries: Queries): Graph {
  return share(
    queries,
    TIMEOUT_CALLS,
    { part: [TIMED_OUT] },
    {
      title: 'Calls timed out',
      description:
        'Share of the calls under a timeout that it ended. Each retry is a call of its own. The line is ' +
        'the documented limit.',
    },
    { value: queries.limits.timeouts.ratio, bad: 'above' },
  );
}

export function duration(queries: Queries): Graph {
  const graph = percentiles(queries, EXECUTION_DURATION, {
    title: 'Duration of calls, and the timeout',
    description:
      'All calls, with all retries, waits and fallbacks: the middle one, one in twenty (p95), one in a ' +
      'hundred (p99), and the longest limit of this policy, dashed. Where they meet, the timeout ends ' +
      'what might have succeeded. With a retry around the timeout, calls may take longer.',
    noData: `${NO_CALLS} Durations can also be switched off where a policy is instrumented.`,
  });
  const limit = {
    expr: `max(${queries.dashboardSelector(TIMEOUT_LIMIT)})`,
    legend: 'limit',
    isLimit: true,
  };
  return { ...graph, queries: [...graph.queries, limit] };
}
