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
import { createRowLink } from './links.ts';
import { refId } from './ref-id.ts';
import { toMappings, toSteps } from './thresholds.ts';
import { type Column, POLICY_TITLE, type Table } from './types.ts';

/**
 * Builds a table with a query per column. The results have the same timestamp, so the transformation
 * `merge` joins those with the same labels into one row.
 */
export function buildTable(table: Table, queries: Queries): TableBuilder {
  const { rows, columns, sortedBy, linksToPolicy = false } = table;
  const labels = rows.map(({ label }) => labelName(label, queries.settings.naming));
  const values = columns.map((_, i) =>
    // Grafana names the value of a single query without its ID.
    columns.length === 1 ? 'Value' : `Value #${refId(i)}`,
  );
  const titles = [...rows, ...columns].map(({ title }) => title);
  const fields = [...labels, ...values];
  const builder = new TableBuilder()
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
  for (const column of columns) builder.overrideByName(column.title, columnOverrides(column));
  builder.sortBy([
    new TableSortByFieldStateBuilder()
      .displayName(sortedBy.title)
      .desc(sortedBy.order === 'descending'),
  ]);
  if (linksToPolicy) {
    builder.overrideByName(POLICY_TITLE, [{ id: 'links', value: [createRowLink(queries)] }]);
  }
  return builder;
}

export function buildTableTargets({ columns }: Table): DataqueryBuilder[] {
  return columns.map(({ expr }, i) =>
    new DataqueryBuilder()
      .refId(refId(i))
      .datasource(DATASOURCE)
      .expr(expr)
      .format(PromQueryFormat.Table)
      .instant(),
  );
}

function columnOverrides({ unit, decimals, limit, values }: Column) {
  return [
    { id: 'unit', value: unit },
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    { id: 'noValue', value: '–' },
    ...(values === undefined
      ? []
      : [
          { id: 'mappings', value: toMappings(values, 1) },
          { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
        ]),
    ...(limit === undefined
      ? []
      : [
          { id: 'thresholds', value: { mode: ThresholdsMode.Absolute, steps: toSteps(limit) } },
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
