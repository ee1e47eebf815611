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
 * The variables of a dashboard. Each lists the values that exist with the selection of the previous
 * ones.
 *
 * @param policies whether the reader selects one policy or several
 */
export function variables(queries: Queries, policies: 'one' | 'many'): Builder<VariableModel>[] {
  const createVariable = (name: string, label: string, attribute: string, matchers: Matcher[]) =>
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(DATASOURCE)
      .query({
        query:
          `label_values(${queries.selector(EXECUTIONS, matchers)}, ` +
          `${labelName(attribute, queries.settings.naming)})`,
        refId: name,
      })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc);
  const { service, instance } = queries.dashboardMatchers;
  const policy = createVariable('policy', 'Policy', ATTR_POLICY_NAME, [...service, instance]);
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    ...queries.service.map((label, index) =>
      withAll(
        createVariable(queries.variable(label), queries.title(label), label, [
          ...service.slice(0, index),
        ]),
      ),
    ),
    withAll(createVariable('instance', 'Instance', queries.instance, [...service])),
    policies === 'many' ? withAll(policy) : policy.multi(false).includeAll(false),
  ];
}

function withAll(variable: QueryVariableBuilder): QueryVariableBuilder {
  return (
    variable
      .multi(true)
      .includeAll(true)
      // Also series without the label: OTLP services without `service.instance.id`, recorded series.
      .allValue('.*')
      .current({ selected: true, text: ['All'], value: ['$__all'] })
  );
}
