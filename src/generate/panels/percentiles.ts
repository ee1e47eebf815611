import { Seconds } from '@grafana/grafana-foundation-sdk/units';
import type { Metric } from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import type { Queries } from '../promql/queries.ts';
import { percentile } from './targets.ts';
import type { Graph } from './types.ts';

const QUANTILES = [0.5, 0.95, 0.99];

/** Median, p95 and p99 of a duration. A mean would hide slow calls. */
export function percentiles(
  queries: Queries,
  metric: Metric,
  text: Pick<Graph, 'title' | 'description' | 'noData'>,
  { matchers = [], limit }: { matchers?: readonly Matcher[]; limit?: Graph['limit'] } = {},
): Graph {
  return {
    kind: 'lines',
    ...text,
    unit: Seconds,
    queries: QUANTILES.map((quantile) => ({
      expr: percentile(queries, quantile, metric, { by: [], matchers }),
      legend: `p${quantile * 100}`,
    })),
    ...(limit && { limit }),
  };
}
