import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Panel as BuiltPanel,
  FieldColorModeId,
  type GridPos,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Queries } from '../promql/queries.ts';
import { BAD, LINES } from './colors.ts';
import { DATASOURCE } from './datasource.ts';
import { linkOfSeries } from './links.ts';
import { panelOptions } from './panel-options.ts';
import { refId } from './ref-id.ts';
import { tableOf, tableTargets } from './table.ts';
import type { Graph, Panel } from './types.ts';

export interface Place {
  readonly id: number;
  readonly gridPos: GridPos;
  /** How many points a line has at most, which decides how far apart Prometheus is asked for them. */
  readonly points: number;
  /** Whether it stands on a dashboard of many policies, from which each leads to its own. */
  readonly ofMany: boolean;
}

/** Makes a panel of Grafana. */
export function buildPanel(panel: Panel, place: Place, queries: Queries): Builder<BuiltPanel> {
  return (panel.kind === 'table' ? tableOf(panel, queries) : graphOf(panel, place, queries))
    .id(place.id)
    .title(panel.title)
    .description(`${panel.description}\n\nNo data: ${panel.noData}`)
    .datasource(DATASOURCE)
    .noValue('No data')
    .gridPos(place.gridPos)
    .maxDataPoints(place.points)
    .targets(panel.kind === 'table' ? tableTargets(panel) : targets(panel));
}

const LIMIT_LINE = [
  fixed(BAD),
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
];

function graphOf(panel: Graph, { ofMany }: Place, queries: Queries) {
  const { unit, decimals, colors = {}, toPolicy = false } = panel;
  const built = panelOptions(panel).unit(unit);
  if (decimals !== undefined) built.decimals(decimals);
  if (toPolicy && ofMany) built.dataLinks([linkOfSeries(queries)]);
  for (const [name, color] of Object.entries(colors)) {
    built.overrideByName(name, [fixed(color)]);
  }
  for (const [i, query] of panel.queries.entries()) {
    if (query.isLimit) built.overrideByQuery(refId(i), LIMIT_LINE);
    else if (panel.kind === 'lines' && isName(query.legend)) {
      built.overrideByQuery(refId(i), [fixed(LINES[i % LINES.length] ?? LINES[0])]);
    }
  }
  return built;
}

/** Whether the lines of a query are but one, and are told apart by no label. */
function isName(legend = '{{}}'): boolean {
  return !legend.includes('{{');
}

function fixed(color: string) {
  return { id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: color } };
}

function targets(panel: Graph): DataqueryBuilder[] {
  return panel.queries.map(({ expr, legend }, i) => {
    const built = new DataqueryBuilder().refId(refId(i)).datasource(DATASOURCE).expr(expr);
    if (legend !== undefined) built.legendFormat(legend);
    return panel.kind === 'stat' || panel.kind === 'ranking' ? built.instant() : built.range();
  });
}
