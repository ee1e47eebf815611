import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import { EXECUTIONS } from '../../semconv/metrics.ts';
import { labelName, type Matcher } from '../../semconv/prometheus.ts';
import type { Queries } from '../queries.ts';

/** The Prometheus that the dashboard's first variable names. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** The variables of every dashboard: what a reader chooses, each among what the ones before left. */
export function variables(queries: Queries): Builder<VariableModel>[] {
  const choice = (name: string, label: string, attribute: string, among: Matcher[]) =>
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(DATASOURCE)
      .query({
        query:
          `label_values(${queries.of(EXECUTIONS, among)}, ` +
          `${labelName(attribute, queries.settings.naming)})`,
        refId: name,
      })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      // Also what has no such label: with OTLP an instance has no name unless it is given one.
      .allValue('.*')
      .current({ selected: true, text: ['All'], value: ['$__all'] });
  const { chosen } = queries;
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    choice('job', 'Job', queries.job, []),
    choice('instance', 'Instance', queries.instance, [chosen.job]),
    choice('policy', 'Policy', ATTR_POLICY_NAME, [chosen.job, chosen.instance]),
  ];
}
