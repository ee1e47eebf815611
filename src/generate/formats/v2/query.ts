import type { Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import type { DataQueryKind, PanelQueryKind } from '@grafana/grafana-foundation-sdk/dashboardv2';

/** What every query of a panel has, whatever data source it is for. */
interface Target {
  readonly refId?: string;
  readonly hide?: boolean;
  readonly datasource?: DataSourceRef;
}

/** @param otherwise the data source of the panel, for a query that names none */
export function query(target: Dataquery, otherwise?: DataSourceRef): PanelQueryKind {
  const { refId = 'A', hide = false, datasource = otherwise, ...rest } = target as Target;
  return {
    kind: 'PanelQuery',
    spec: { refId, hidden: hide, query: dataQuery(datasource, rest) },
  };
}

/** A query without its data source, which the new schema names by a uid that it calls a name. */
export function dataQuery({ type, uid }: DataSourceRef = {}, spec: object = {}): DataQueryKind {
  return {
    kind: 'DataQuery',
    group: type ?? 'datasource',
    version: 'v0',
    ...(uid === undefined ? {} : { datasource: { name: uid } }),
    spec,
  };
}
