import { parse } from 'yaml';
import type { Files } from '../../src/generate/index.ts';

/** A query that a generated file asks. */
export interface Asked {
  /** Where it stands, to be read in a failure. */
  readonly where: string;
  readonly expr: string;
  /** Labels that are wanted of its result, by a legend, a variable or a template. */
  readonly wanted: readonly string[];
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  /** Of a row. */
  readonly collapsed?: boolean;
  /** Of a collapsed row. */
  readonly panels?: readonly Panel[];
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly options?: {
    readonly sortBy?: readonly { readonly displayName: string; readonly desc: boolean }[];
  };
  readonly maxDataPoints?: number;
  readonly targets?: readonly Target[];
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;
  }[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly thresholds?: Thresholds;
      readonly links?: readonly { readonly title: string; readonly url: string }[];
    };
    readonly overrides?: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

export interface Thresholds {
  readonly steps: readonly { readonly value: number | null; readonly color: string }[];
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly interval?: string;
  readonly datasource?: { readonly uid: string };
}

export interface Variable {
  readonly name: string;
  readonly label?: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
  readonly datasource?: { readonly uid: string };
  readonly refresh?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly editable: boolean;
  readonly time: { readonly from: string; readonly to: string };
  readonly panels: readonly Panel[];
  readonly links: readonly {
    readonly url: string;
    readonly includeVars?: boolean;
    readonly keepTime: boolean;
  }[];
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly datasource: { readonly uid: string };
      readonly target: Target;
      readonly titleFormat: string;
      readonly tagKeys: string;
    }[];
  };
  readonly templating: { readonly list: readonly Variable[] };
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly (AlertRule | RecordingRule)[];
  }[];
}

export function dashboardsIn(files: Files): Dashboard[] {
  return Object.entries(files)
    .filter(([path]) => path.startsWith('dashboards/'))
    .map(([, content]) => dashboardOf(content));
}

/** A dashboard whose collapsed rows are opened: their panels come after them, and are still in them. */
export function dashboardOf(content: string): Dashboard {
  const dashboard = JSON.parse(content) as Dashboard;
  const panels = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  return { ...dashboard, panels };
}

function rulesIn(files: Files): (AlertRule | RecordingRule)[] {
  return Object.entries(files)
    .filter(([path]) => path.startsWith('alerts/'))
    .flatMap(([, content]) => (parse(content) as RuleFile).groups)
    .flatMap(({ rules }) => rules);
}

export function alertsIn(files: Files): AlertRule[] {
  return rulesIn(files).filter((rule) => 'alert' in rule);
}

export function recordingsIn(files: Files): RecordingRule[] {
  return rulesIn(files).filter((rule) => 'record' in rule);
}

/** Every query of panels, variables and rules. */
export function asked(files: Files): Asked[] {
  return [
    ...dashboardsIn(files).flatMap(({ uid, panels, templating, annotations }) => [
      ...annotations.list.map(({ name, target, titleFormat, tagKeys }) => ({
        where: `${uid}: annotation ${name}`,
        expr: target.expr,
        wanted: [
          ...[...titleFormat.matchAll(/{{(.+?)}}/g)].map(([, label]) => label ?? ''),
          ...tagKeys.split(','),
        ],
      })),
      ...panels.flatMap(({ title, targets = [] }) =>
        targets.map(({ expr, legendFormat = '' }) => ({
          where: `${uid}: ${title}`,
          expr,
          wanted: [...legendFormat.matchAll(/{{(.+?)}}/g)].map(([, label]) => label ?? ''),
        })),
      ),
      ...templating.list
        .filter(({ type }) => type === 'query')
        .map(({ name, query }) => {
          const text = typeof query === 'string' ? query : query.query;
          const [, expr = '', label = ''] = text.match(/^label_values\((.+), ([^,]+)\)$/) ?? [];
          return { where: `${uid}: variable ${name}`, expr, wanted: [label] };
        }),
    ]),
    ...recordingsIn(files).map(({ record, expr }) => ({ where: record, expr, wanted: [] })),
    ...alertsIn(files).map(({ alert, expr, annotations }) => ({
      where: alert,
      expr,
      wanted: Object.values(annotations).flatMap((text) => [
        ...[...text.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? ''),
        ...[...text.matchAll(/index \$labels "(.+?)"/g)].map(([, label]) => label ?? ''),
      ]),
    })),
  ];
}
