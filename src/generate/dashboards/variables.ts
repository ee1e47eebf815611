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
import { DATASOURCE } from '../panels/datasource.ts';
import type { Queries } from '../promql/queries.ts';

/**
 * The variables of every dashboard: what a reader chooses, each among what the ones before left.
 *
 * @param policies how many policies can be chosen
 */
export function variables(queries: Queries, policies: 'one' | 'many'): Builder<VariableModel>[] {
  const choice = (name: string, label: string, attribute: string, among: Matcher[]) =>
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(DATASOURCE)
      .query({
        query:
          `label_values(${queries.selector(EXECUTIONS, among)}, ` +
          `${labelName(attribute, queries.settings.naming)})`,
        refId: name,
      })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc);
  const { dashboardMatchers: chosen } = queries;
  const policy = choice('policy', 'Policy', ATTR_POLICY_NAME, [...chosen.service, chosen.instance]);
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    ...queries.service.map((label, index) =>
      any(
        choice(queries.variable(label), queries.title(label), label, [
          ...chosen.service.slice(0, index),
        ]),
      ),
    ),
    any(choice('instance', 'Instance', queries.instance, [...chosen.service])),
    policies === 'many' ? any(policy) : policy.multi(false).includeAll(false),
  ];
}

function any(variable: QueryVariableBuilder): QueryVariableBuilder {
  return (
    variable
      .multi(true)
      .includeAll(true)
      // Also what has no such label: with OTLP an instance has no name unless it is given one, and
      // what is recorded is of all instances.
      .allValue('.*')
      .current({ selected: true, text: ['All'], value: ['$__all'] })
  );
}
