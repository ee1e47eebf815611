/** What Grafana asks of Prometheus to show a dashboard, read from the dashboard's own JSON. */

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
}

export interface GridPos {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Threshold {
  readonly value: number | null;
  readonly color: string;
}

export interface Mapping {
  readonly type: 'value' | 'range' | 'special' | 'regex';
  readonly options: Readonly<Record<string, unknown>>;
}

/** How a field looks; of other properties an override may also have, nothing is made. */
export interface FieldConfig {
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly displayName?: string;
  readonly noValue?: string;
  readonly color?: { readonly mode: string; readonly fixedColor?: string };
  readonly thresholds?: { readonly mode?: string; readonly steps: readonly Threshold[] };
  readonly mappings?: readonly Mapping[];
  readonly custom?: Readonly<Record<string, unknown>>;
}

export interface Override {
  readonly matcher: { readonly id: string; readonly options?: unknown };
  readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly gridPos: GridPos;
  readonly targets?: readonly Target[];
  /** Of a row that is collapsed. */
  readonly panels?: readonly Panel[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fieldConfig?: {
    readonly defaults: FieldConfig;
    readonly overrides?: readonly Override[];
  };
  readonly transformations?: readonly {
    readonly id: string;
    readonly options?: Readonly<Record<string, unknown>>;
  }[];
}

export interface Annotation {
  readonly name: string;
  readonly enable?: boolean;
  readonly expr?: string;
  readonly target?: { readonly expr?: string };
  readonly iconColor?: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type?: string;
      readonly label?: string;
      readonly allValue?: string;
      readonly current?: { readonly value?: string | readonly string[] };
    }[];
  };
  readonly annotations?: { readonly list?: readonly Annotation[] };
}

/** A query with everything in it that Grafana puts there. */
export interface Ask {
  readonly refId: string;
  readonly expr: string;
  readonly instant: boolean;
  /** Seconds between two points. */
  readonly step: number;
  readonly legend: string;
}

export interface Shown {
  /** Seconds of the clock. */
  readonly from: number;
  readonly to: number;
  /** Pixels of the whole dashboard. */
  readonly width: number;
  /** Seconds between two scrapes, as the data source is told. */
  readonly scrapeInterval: number;
  /** Values of variables other than their default, such as `policy`. */
  readonly variables?: Readonly<Record<string, string>>;
}

export const COLUMNS = 24;

/** The panels of a dashboard, also those of collapsed rows; not the rows. */
export function panelsOf({ panels }: Dashboard): Panel[] {
  return panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));
}

export function asksOf(dashboard: Dashboard, panel: Panel, shown: Shown): Ask[] {
  const width = (shown.width * panel.gridPos.w) / COLUMNS;
  return (panel.targets ?? [])
    .filter(({ expr }) => expr)
    .map((target) => {
      const step = Math.max(shown.scrapeInterval, (shown.to - shown.from) / width);
      return {
        refId: target.refId,
        expr: filled(target.expr, dashboard, shown, step),
        instant: target.instant === true,
        step,
        legend: target.legendFormat ?? '',
      };
    });
}

/** As Grafana does: https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/ */
export function filled(text: string, dashboard: Dashboard, shown: Shown, step: number): string {
  const range = shown.to - shown.from;
  const values: Record<string, string> = {
    __rate_interval: written(Math.max(step + shown.scrapeInterval, 4 * shown.scrapeInterval)),
    __interval: written(step),
    __range: written(range),
    __range_s: String(Math.round(range)),
    ...shown.variables,
  };
  for (const { name, allValue, current } of dashboard.templating.list) {
    const value = [current?.value ?? []].flat();
    values[name] ??=
      value.length === 0 || value.includes('$__all') ? (allValue ?? '.*') : value.join('|');
  }
  return text.replace(
    /\$\{(\w+)(?::\w+)?\}|\$(\w+)/g,
    (whole, braced: string | undefined, plain: string | undefined) =>
      values[braced ?? plain ?? ''] ?? whole,
  );
}

function written(time: number): string {
  return `${Math.round(time * 1000)}ms`;
}
