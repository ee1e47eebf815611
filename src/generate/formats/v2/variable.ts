import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  defaultDatasourceVariableSpec,
  defaultQueryVariableSpec,
  VariableHide,
  type VariableKind,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboardv2';
import { dataQuery } from './query.ts';

/** By the numbers of the classic schema. */
const HIDE = [
  VariableHide.DontHide,
  VariableHide.HideLabel,
  VariableHide.HideVariable,
  VariableHide.InControlsMenu,
] as const;
const REFRESH = [
  VariableRefresh.Never,
  VariableRefresh.OnDashboardLoad,
  VariableRefresh.OnTimeRangeChanged,
] as const;
const SORT = [
  VariableSort.Disabled,
  VariableSort.AlphabeticalAsc,
  VariableSort.AlphabeticalDesc,
  VariableSort.NumericalAsc,
  VariableSort.NumericalDesc,
  VariableSort.AlphabeticalCaseInsensitiveAsc,
  VariableSort.AlphabeticalCaseInsensitiveDesc,
  VariableSort.NaturalAsc,
  VariableSort.NaturalDesc,
] as const;

/** @throws Error for a type of variable that none of the dashboards has so far */
export function variable(model: VariableModel): VariableKind {
  switch (model.type as string) {
    case 'query':
      return {
        kind: 'QueryVariable',
        spec: {
          ...defaultQueryVariableSpec(),
          ...common(model),
          query: dataQuery(model.datasource, text(model.query)),
          refresh: REFRESH[model.refresh ?? 0],
          sort: SORT[model.sort ?? 0],
          regex: model.regex ?? '',
        },
      };
    case 'datasource':
      return {
        kind: 'DatasourceVariable',
        spec: {
          ...defaultDatasourceVariableSpec(),
          ...common(model),
          pluginId: String(model.query),
          refresh: VariableRefresh.OnDashboardLoad,
          regex: model.regex ?? '',
        },
      };
    default:
      throw new Error(`Expected a variable of type query or datasource, got ${model.type}`);
  }
}

function common({ name, label, description, hide, current, ...model }: VariableModel) {
  return {
    name,
    hide: HIDE[hide ?? 0],
    skipUrlSync: model.skipUrlSync ?? false,
    multi: model.multi ?? false,
    includeAll: model.includeAll ?? false,
    allowCustomValue: model.allowCustomValue ?? true,
    ...(label === undefined ? {} : { label }),
    ...(description === undefined ? {} : { description }),
    ...(model.allValue === undefined ? {} : { allValue: model.allValue }),
    ...(current === undefined ? {} : { current }),
  };
}

/** A query that is but a text has a key of its own in the new schema. */
function text(query: VariableModel['query']): object {
  return typeof query === 'object' ? query : { __legacyStringValue: query ?? '' };
}
