import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  DashboardCursorSync,
  type DashboardLink,
  type Dashboard as DashboardV2,
  defaultDashboard,
  defaultTimeSettingsSpec,
  type FieldConfigSource,
  manifest,
  type PanelKind,
  type TransformationKind,
} from '@grafana/grafana-foundation-sdk/dashboardv2';
import { annotation } from './v2/annotation.ts';
import { layout, panelsOf } from './v2/layout.ts';
import { query } from './v2/query.ts';
import { variable } from './v2/variable.ts';

const CURSOR_SYNC = [
  DashboardCursorSync.Off,
  DashboardCursorSync.Crosshair,
  DashboardCursorSync.Tooltip,
] as const;

/** A dashboard as a resource of Grafana 13, which is made of named elements and a layout of them. */
export function dashboardV2(dashboard: Dashboard): string {
  const resource = manifest(String(dashboard.uid), { build: () => spec(dashboard) }).build();
  return `${JSON.stringify(resource, null, 2)}\n`;
}

function spec(dashboard: Dashboard): DashboardV2 {
  const { panels = [], templating, annotations, time, links = [] } = dashboard;
  return {
    ...defaultDashboard(),
    title: dashboard.title ?? '',
    description: dashboard.description ?? '',
    tags: dashboard.tags ?? [],
    editable: dashboard.editable ?? true,
    cursorSync: CURSOR_SYNC[dashboard.graphTooltip ?? 0],
    links: links as readonly object[] as DashboardLink[],
    timeSettings: {
      ...defaultTimeSettingsSpec(),
      ...(dashboard.timezone === undefined ? {} : { timezone: dashboard.timezone }),
      ...time,
      autoRefresh: dashboard.refresh ?? '',
    },
    variables: (templating.list ?? []).map(variable),
    annotations: (annotations.list ?? []).map(annotation),
    elements: Object.fromEntries(panelsOf(panels).map((panel) => [nameOf(panel), element(panel)])),
    layout: layout(panels, nameOf),
  };
}

function nameOf({ id }: Panel): string {
  return `panel-${id}`;
}

function element(panel: Panel): PanelKind {
  const { id = 0, title = '', description = '', transparent, links = [], targets = [] } = panel;
  const { maxDataPoints, interval, timeFrom, timeShift, hideTimeOverride } = panel;
  return {
    kind: 'Panel',
    spec: {
      id,
      title,
      description,
      ...(transparent === undefined ? {} : { transparent }),
      links: links.map((link) => ({
        title: link.title,
        url: link.url ?? '',
        targetBlank: link.targetBlank,
      })),
      data: {
        kind: 'QueryGroup',
        spec: {
          queries: targets.map((target) => query(target, panel.datasource)),
          transformations: (panel.transformations ?? []).map(
            ({ id: group, ...rest }) =>
              ({ kind: 'Transformation', group, spec: rest }) as TransformationKind,
          ),
          queryOptions: known({ maxDataPoints, interval, timeFrom, timeShift, hideTimeOverride }),
        },
      },
      vizConfig: {
        kind: 'VizConfig',
        group: panel.type,
        version: panel.pluginVersion ?? '',
        spec: {
          options: panel.options ?? {},
          // The same in both, under two names.
          fieldConfig: (panel.fieldConfig ?? {
            defaults: {},
            overrides: [],
          }) as object as FieldConfigSource,
        },
      },
    },
  };
}

/** Only what is there. */
function known<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
