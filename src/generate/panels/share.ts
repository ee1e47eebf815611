import { PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import type { Metric } from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import type { Queries } from '../queries.ts';
import { NO_CALLS, type Panel } from './panel.ts';

/** The share of one result in the calls of a policy, held to a documented limit. */
export function share(
  queries: Queries,
  metric: Metric,
  result: Matcher,
  text: Pick<Panel, 'title' | 'description'>,
  limit: number,
): Panel {
  const by = queries.by([ATTR_POLICY_NAME]);
  return {
    kind: 'lines',
    ...text,
    noData: NO_CALLS,
    unit: PercentUnit,
    query: `sum ${by} (${queries.rate(metric, [result])}) / sum ${by} (${queries.rate(metric)})`,
    legend: queries.legend(ATTR_POLICY_NAME),
    limit: { value: limit, bad: 'above' },
  };
}
