import { PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import type { Metric } from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import type { Queries } from '../promql/queries.ts';
import { rate, ratio } from './targets.ts';
import { type Graph, NO_CALLS } from './types.ts';

/** A line for the share of some calls in all calls, with a limit. */
export function share(
  queries: Queries,
  metric: Metric,
  { part, whole = [] }: { part: readonly Matcher[]; whole?: readonly Matcher[] },
  text: Pick<Graph, 'title' | 'description'> & Partial<Pick<Graph, 'noData'>>,
  limit?: Graph['limit'],
): Graph {
  return {
    kind: 'lines',
    noData: NO_CALLS,
    ...text,
    unit: PercentUnit,
    queries: [
      {
        expr: ratio(
          rate(queries, metric, { by: [], matchers: part }),
          rate(queries, metric, { by: [], matchers: whole }),
        ),
        legend: 'share',
      },
    ],
    ...(limit && { limit }),
  };
}
