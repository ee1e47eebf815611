import {
  TableCellBackgroundDisplayMode,
  TableCellDisplayMode,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { Number as Count } from '@grafana/grafana-foundation-sdk/units';
import { labelName } from '../../semconv/prometheus.ts';
import type { Queries } from '../promql/queries.ts';
import { DATASOURCE } from './datasource.ts';
import { linkOfRow } from './links.ts';
import { refId } from './ref-id.ts';
import { mappings, steps } from './thresholds.ts';
import { type Column, POLICY_TITLE, type Table } from './types.ts';

/**
 * A table of Grafana: each column is a query, and rows with the same labels are one row. All are
 * asked for the same time, so that merging finds nothing to tell them apart.
 */
export function tableOf(table: Table, queries: Queries): TableBuilder {
  const { rows, columns, sortedBy, toPolicy = false } = table;
  const labels = rows.map(({ label }) => labelName(label, queries.settings.naming));
  const values = columns.map((_, i) =>
    // Of a single query Grafana does not say whose value it is.
    columns.length === 1 ? 'Value' : `Value #${refId(i)}`,
  );
  const titles = [...rows, ...columns].map(({ title }) => title);
  const fields = [...labels, ...values];
  const built = new TableBuilder()
    .unit(Count)
    .showHeader(true)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(fields.map((field, i) => [field, i])),
        renameByName: Object.fromEntries(fields.map((field, i) => [field, titles[i]])),
      },
    });
  for (const column of columns) built.overrideByName(column.title, look(column));
  built.sortBy([
    new TableSortByFieldStateBuilder()
      .displayName(sortedBy.title)
      .desc(sortedBy.order === 'falling'),
  ]);
  if (toPolicy) built.overrideByName(POLICY_TITLE, [{ id: 'links', value: [linkOfRow(queries)] }]);
  return built;
}

export function tableTargets({ columns }: Table): DataqueryBuilder[] {
  return columns.map(({ expr }, i) =>
    new DataqueryBuilder()
      .refId(refId(i))
      .datasource(DATASOURCE)
      .expr(expr)
      .format(PromQueryFormat.Table)
      .instant(),
  );
}

function look({ unit, decimals, limit, values }: Column) {
  return [
    { id: 'unit', value: unit },
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    { id: 'noValue', value: '–' },
    ...(values === undefined
      ? []
      : [
          { id: 'mappings', value: mappings(values, 1) },
          { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
        ]),
    ...(limit === undefined
      ? []
      : [
          { id: 'thresholds', value: { mode: ThresholdsMode.Absolute, steps: steps(limit) } },
          {
            id: 'custom.cellOptions',
            value: {
              type: TableCellDisplayMode.ColorBackground,
              mode: TableCellBackgroundDisplayMode.Basic,
            },
          },
        ]),
  ];
}
