import { OpsPerSecond } from '@grafana/grafana-foundation-sdk/units';
import type { Metric } from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import type { Queries } from '../promql/queries.ts';
import { rate } from './targets.ts';
import { type Graph, NO_CALLS } from './types.ts';

/** A stack of calls per second by the values of an attribute. */
export function results(
  queries: Queries,
  metric: Metric,
  attribute: string,
  text: Pick<Graph, 'title' | 'description'> & Partial<Pick<Graph, 'noData' | 'colors'>>,
  matchers: readonly Matcher[] = [],
): Graph {
  return {
    kind: 'stack',
    noData: NO_CALLS,
    ...text,
    unit: OpsPerSecond,
    queries: [
      {
        expr: rate(queries, metric, { by: [attribute], matchers }),
        legend: queries.legend(attribute),
      },
    ],
  };
}
