import { Seconds } from '@grafana/grafana-foundation-sdk/units';
import { ATTR_TIMEOUT_RESULT, type TimeoutResult } from '../../semconv/attributes.ts';
import { TIMEOUT_CALLS, TIMEOUT_DURATION, TIMEOUT_LIMIT } from '../../semconv/metrics.ts';
import { is, type Queries } from '../queries.ts';
import { percentile } from './ask.ts';
import { TIMEOUT_RESULT } from './colors.ts';
import { type Graph, NO_CALLS } from './panel.ts';
import { results } from './results.ts';
import { share } from './share.ts';

export const TIMED_OUT = is<TimeoutResult>(ATTR_TIMEOUT_RESULT, 'timed_out');

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
  const quantiles = [0.5, 0.95, 0.99];
  return {
    kind: 'lines',
    title: 'Time under the timeout',
    description:
      'How long single attempts take: the middle one, one in twenty (p95), one in a hundred (p99), and ' +
      'the longest limit of this policy, dashed. Where they meet, the timeout ends what might have ' +
      'succeeded.',
    noData: `${NO_CALLS} Durations can also be switched off where a policy is instrumented.`,
    unit: Seconds,
    queries: [
      ...quantiles.map((quantile) => ({
        expr: percentile(queries, quantile, TIMEOUT_DURATION, { by: [] }),
        legend: `p${quantile * 100}`,
      })),
      { expr: `max(${queries.shown(TIMEOUT_LIMIT)})`, legend: 'limit', isLimit: true },
    ],
  };
}
