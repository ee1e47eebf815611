import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type Panel as BuiltPanel,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE } from '../dashboards/variables.ts';
import { duration } from '../duration.ts';
import type { Queries } from '../queries.ts';
import type { Limit, Panel } from './panel.ts';

type AnyBuilder = StatBuilder | StateTimelineBuilder | TimeSeriesBuilder;

export interface Place {
  readonly id: number;
  /** Of 24. */
  readonly width: number;
  readonly height: number;
}

/** Makes a panel of Grafana. */
export function buildPanel(panel: Panel, place: Place, queries: Queries): Builder<BuiltPanel> {
  return look(panel)
    .id(place.id)
    .title(panel.title)
    .description(`${panel.description}\n\nNo data: ${panel.noData}`)
    .datasource(DATASOURCE)
    .unit(panel.unit)
    .noValue('No data')
    .span(place.width)
    .height(place.height)
    .withTarget(target(panel, queries));
}

function target({ kind, query, legend }: Panel, queries: Queries): DataqueryBuilder {
  const built = new DataqueryBuilder()
    .refId('A')
    .datasource(DATASOURCE)
    .expr(query)
    // Less than a scrape apart there is nothing new to see.
    .interval(duration(queries.settings.scrapeInterval));
  if (legend !== undefined) built.legendFormat(legend);
  return kind === 'stat' ? built.instant() : built.range();
}

function look(panel: Panel): AnyBuilder {
  switch (panel.kind) {
    case 'stat':
      return new StatBuilder()
        .thresholds(thresholds(panel.limit))
        .colorMode(BigValueColorMode.Value)
        .graphMode(BigValueGraphMode.None)
        .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
    case 'states':
      return new StateTimelineBuilder()
        .mappings([mapping(panel)])
        .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
        .thresholds(thresholds(undefined))
        .showValue(VisibilityMode.Never)
        .tooltip(tooltip())
        .legend(legendAt(LegendPlacement.Bottom));
    case 'stack':
      return timeSeries(panel)
        .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
        .fillOpacity(30);
    case 'lines':
      return timeSeries(panel).fillOpacity(0);
  }
}

function timeSeries({ limit }: Panel): TimeSeriesBuilder {
  return new TimeSeriesBuilder()
    .min(0)
    .lineWidth(1)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .thresholds(thresholds(limit))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        limit ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
      ),
    )
    .tooltip(tooltip())
    .legend(legendAt(LegendPlacement.Bottom));
}

function thresholds(limit: Limit | undefined): ThresholdsConfigBuilder {
  const [base, beyond] = limit?.bad === 'below' ? ['red', 'green'] : ['green', 'red'];
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([
      { value: null, color: base },
      ...(limit ? [{ value: limit.value, color: beyond }] : []),
    ]);
}

function mapping({ values = [] }: Panel) {
  const options = values.map(({ text, color }, index) => [index, { text, color, index }] as const);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) } as const;
}

function tooltip(): VizTooltipOptionsBuilder {
  return new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);
}

function legendAt(placement: LegendPlacement): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(placement);
}
