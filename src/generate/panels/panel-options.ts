import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
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
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { toMappings, toThresholds } from './thresholds.ts';
import type { Graph } from './types.ts';

/** Bands per page of a state timeline. */
const BANDS_PER_PAGE = 30;

/** Creates the builder of a kind of panel, with its visual options. */
export function createPanelBuilder(
  panel: Graph,
): StatBuilder | BarGaugeBuilder | StateTimelineBuilder | TimeSeriesBuilder {
  switch (panel.kind) {
    case 'stat':
      return new StatBuilder()
        .thresholds(toThresholds(panel.limit))
        .mappings(toMappings(panel.values))
        .colorMode(BigValueColorMode.Value)
        .textMode(panel.showsName ? BigValueTextMode.Name : BigValueTextMode.Auto)
        .graphMode(BigValueGraphMode.None)
        .reduceOptions(lastValue());
    case 'ranking':
      return new BarGaugeBuilder()
        .thresholds(toThresholds(panel.limit))
        .min(0)
        .displayMode(BarGaugeDisplayMode.Basic)
        .orientation(VizOrientation.Horizontal)
        .reduceOptions(lastValue());
    case 'states':
      return new StateTimelineBuilder()
        .mappings(toMappings(panel.values))
        .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
        .thresholds(toThresholds(undefined))
        .showValue(VisibilityMode.Auto)
        .perPage(BANDS_PER_PAGE)
        .tooltip(tooltip())
        .legend(legend());
    case 'stack':
      return timeSeries(panel)
        .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
        .fillOpacity(30);
    case 'shares':
      return timeSeries(panel)
        .stacking(new StackingConfigBuilder().mode(StackingMode.Percent))
        .fillOpacity(30);
    case 'bars':
      return timeSeries(panel)
        .drawStyle(GraphDrawStyle.Bars)
        .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
        .fillOpacity(80);
    case 'lines':
      return timeSeries(panel).fillOpacity(0);
  }
}

function timeSeries({ limit }: Graph): TimeSeriesBuilder {
  return new TimeSeriesBuilder()
    .min(0)
    .lineWidth(1)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .thresholds(toThresholds(limit))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        limit ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
      ),
    )
    .tooltip(tooltip())
    .legend(legend());
}

function lastValue(): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().calcs(['lastNotNull']);
}

function tooltip(): VizTooltipOptionsBuilder {
  return new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);
}

function legend(): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);
}
