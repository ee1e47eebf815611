import { escaped } from '../html.ts';
import type { Series } from '../query.ts';
import { color, colorOfName, configOf, display, format, ticks } from '../values.ts';
import type { Drawing } from './drawing.ts';

/** What chart.js draws. */
export interface Chart {
  readonly width: number;
  readonly height: number;
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
  readonly times: readonly number[];
  readonly stacked: boolean;
  readonly lines: readonly {
    readonly values: readonly (number | null)[];
    readonly color: string;
    readonly fill: number;
    readonly width: number;
    readonly dash: readonly number[];
    readonly points: boolean;
    readonly bars: boolean;
  }[];
  readonly limits: readonly { readonly value: number; readonly color: string }[];
  readonly marks: Drawing['marks'];
}

const LEGEND_LINE = 18;

export function lines(drawing: Drawing): string {
  const { panel, series, width, height } = drawing;
  const { defaults, overrides } = panel.fieldConfig ?? { defaults: {} };
  if (series.length === 0)
    return `<div class="nothing">${escaped(defaults.noValue ?? 'No data')}</div>`;
  const looks = series.map((each) => {
    const config = configOf(each, defaults, overrides);
    const { mode, fixedColor } = config.color ?? {};
    const name = config.displayName ?? each.name;
    return {
      config,
      name,
      color: mode === 'fixed' && fixedColor ? color(fixedColor) : colorOfName(name),
    };
  });
  const legend = legendOf(drawing, looks);
  const chart = chartOf(drawing, looks, height - legend.height);
  return `<div class="chart" style="height:${chart.height}px"
    data-chart="${escaped(JSON.stringify({ ...chart, width }))}"></div>${legend.html}`;
}

interface Look {
  readonly config: ReturnType<typeof configOf>;
  readonly name: string;
  readonly color: string;
}

function chartOf(
  { panel, series, from, to, width, marks }: Drawing,
  looks: readonly Look[],
  height: number,
): Chart {
  const { defaults } = panel.fieldConfig ?? { defaults: {} };
  const times = gridOf(series);
  const rows = series.map(({ points }) =>
    times.map((time) => {
      const value = points.get(time);
      return value === undefined || !Number.isFinite(value) ? null : value;
    }),
  );
  const stacking = (defaults.custom?.['stacking'] as { mode?: string } | undefined)?.mode;
  const stacked = stacking === 'normal' || stacking === 'percent';
  const shown = stacked ? stack(rows) : rows;
  const values = shown.flat().filter((value) => value !== null);
  const style = (defaults.custom?.['thresholdsStyle'] as { mode?: string } | undefined)?.mode;
  const limits = (style && style !== 'off' ? (defaults.thresholds?.steps ?? []) : [])
    .filter(({ value }) => value !== null)
    .map((step) => ({ value: step.value ?? 0, color: color(step.color) }));
  const low = defaults.min ?? Math.min(...values);
  const high = defaults.max ?? Math.max(...values, low);
  const marked = ticks(low, high > low ? high : low + 1, Math.max(2, Math.floor(height / 40)));
  return {
    width,
    height,
    from,
    to,
    ticks: marked.map((value) => ({ value, text: format(value, defaults.unit) })),
    times,
    stacked,
    lines: shown.map((row, index) => {
      const { config, color: own } = looks[index] as Look;
      const custom = config.custom ?? {};
      return {
        values: row,
        color: own,
        fill: Number(custom['fillOpacity'] ?? 0) / 100,
        width: Number(custom['lineWidth'] ?? 1),
        dash: ((custom['lineStyle'] as { dash?: number[] } | undefined)?.dash ?? []) as number[],
        points: custom['drawStyle'] === 'points',
        bars: custom['drawStyle'] === 'bars',
      };
    }),
    limits,
    marks,
  };
}

/** All times at which there could be a point, so that a hole stays one. */
function gridOf(series: readonly Series[]): number[] {
  const found = [...new Set(series.flatMap(({ points }) => [...points.keys()]))].sort(
    (a, b) => a - b,
  );
  const [first = 0] = found;
  const steps = found.slice(1).map((time, index) => time - (found[index] ?? 0));
  const step = Math.min(...steps);
  const count = Number.isFinite(step) ? Math.round(((found.at(-1) ?? 0) - first) / step) + 1 : 1;
  // The times that were answered are kept to the digit.
  const known = new Map(found.map((time) => [Math.round((time - first) / step), time]));
  return Array.from({ length: count }, (_, index) => known.get(index) ?? first + index * step);
}

function stack(rows: readonly (number | null)[][]): (number | null)[][] {
  const sums: number[] = [];
  return rows.map((row) =>
    row.map((value, index) => {
      const sum = (sums[index] ?? 0) + (value ?? 0);
      sums[index] = sum;
      return sum;
    }),
  );
}

function legendOf({ panel, series, width }: Drawing, looks: readonly Look[]) {
  const {
    showLegend = true,
    calcs = [],
    displayMode,
  } = (panel.options?.['legend'] ?? {}) as {
    showLegend?: boolean;
    calcs?: string[];
    displayMode?: string;
  };
  if (!showLegend) return { html: '', height: 0 };
  const entries = looks.map(({ name, color: own, config }, index) => {
    const numbers = calcs.map(
      (calc) => `${LABELS[calc] ?? calc}: ${display(calculated(calc, series[index]), config).text}`,
    );
    const text =
      displayMode === 'table' || numbers.length > 0 ? `${name}  ${numbers.join('  ')}` : name;
    return { text, html: `<span><b style="background:${own}"></b>${escaped(text)}</span>` };
  });
  const perLine = Math.max(1, width / 7);
  const length = entries.reduce((sum, { text }) => sum + text.length + 5, 0);
  const count = displayMode === 'table' ? entries.length : Math.ceil(length / perLine);
  const height = Math.min(count, 3) * LEGEND_LINE + 4;
  const kind = displayMode === 'table' ? 'legend rows' : 'legend';
  const html = `<div class="${kind}" style="height:${height}px">${entries.map((each) => each.html).join('')}</div>`;
  return { html, height };
}

const LABELS: Readonly<Record<string, string>> = {
  lastNotNull: 'Last',
  max: 'Max',
  mean: 'Mean',
  min: 'Min',
  sum: 'Total',
};

function calculated(calc: string, series: Series | undefined): number | undefined {
  const values = [...(series?.points.values() ?? [])].filter((value) => Number.isFinite(value));
  if (values.length === 0) return undefined;
  const total = values.reduce((sum, value) => sum + value, 0);
  switch (calc) {
    case 'max':
      return Math.max(...values);
    case 'min':
      return Math.min(...values);
    case 'mean':
      return total / values.length;
    case 'sum':
      return total;
    default:
      return values.at(-1);
  }
}
