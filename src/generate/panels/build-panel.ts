import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Panel as BuiltPanel,
  FieldColorModeId,
  type GridPos,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Queries } from '../promql/queries.ts';
import { BAD, LINE_COLORS } from './colors.ts';
import { DATASOURCE } from './datasource.ts';
import { createSeriesLink } from './links.ts';
import { createPanelBuilder } from './panel-options.ts';
import { refId } from './ref-id.ts';
import { buildTable, buildTableTargets } from './table.ts';
import type { Graph, Panel } from './types.ts';

export interface Place {
  readonly id: number;
  readonly gridPos: GridPos;
  /** Most points per line, from which Grafana computes the query step. */
  readonly maxDataPoints: number;
  /** Whether series may link to the dashboard of their policy. */
  readonly hasPolicyLinks: boolean;
}

/** Builds a panel for Grafana. */
export function buildPanel(panel: Panel, place: Place, queries: Queries): Builder<BuiltPanel> {
  return (panel.kind === 'table' ? buildTable(panel, queries) : buildGraph(panel, place, queries))
    .id(place.id)
    .title(panel.title)
    .description(`${panel.description}\n\nNo data: ${panel.noData}`)
    .datasource(DATASOURCE)
    .noValue('No data')
    .gridPos(place.gridPos)
    .maxDataPoints(place.maxDataPoints)
    .targets(panel.kind === 'table' ? buildTableTargets(panel) : buildTargets(panel));
}

const DASHED_LINE = [
  fixedColor(BAD),
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
];

function buildGraph(panel: Graph, { hasPolicyLinks }: Place, queries: Queries) {
  const { unit, decimals, colors = {}, linksToPolicy = false } = panel;
  const builder = createPanelBuilder(panel).unit(unit);
  if (decimals !== undefined) builder.decimals(decimals);
  if (linksToPolicy && hasPolicyLinks) builder.dataLinks([createSeriesLink(queries)]);
  for (const [name, color] of Object.entries(colors)) {
    builder.overrideByName(name, [fixedColor(color)]);
  }
  for (const [i, query] of panel.queries.entries()) {
    if (query.isLimit) builder.overrideByQuery(refId(i), DASHED_LINE);
    else if (panel.kind === 'lines' && isFixedName(query.legend)) {
      builder.overrideByQuery(refId(i), [
        fixedColor(LINE_COLORS[i % LINE_COLORS.length] ?? LINE_COLORS[0]),
      ]);
    }
  }
  return builder;
}

/** Whether the legend contains no label, so that the query has one series. */
function isFixedName(legend = '{{}}'): boolean {
  return !legend.includes('{{');
}

function fixedColor(color: string) {
  return { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: color } };
}

function buildTargets(panel: Graph): DataqueryBuilder[] {
  return panel.queries.map(({ expr, legend }, i) => {
    const builder = new DataqueryBuilder().refId(refId(i)).datasource(DATASOURCE).expr(expr);
    if (legend !== undefined) builder.legendFormat(legend);
    return panel.kind === 'stat' || panel.kind === 'ranking' ? builder.instant() : builder.range();
  });
}
