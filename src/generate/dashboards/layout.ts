import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { GENERATED } from '../formats/generated-note.ts';
import { type DashboardName, dashboardUid } from '../options/dashboard-uid.ts';
import { buildPanel } from '../panels/build-panel.ts';
import type { Panel } from '../panels/types.ts';
import type { Queries } from '../promql/queries.ts';
import { annotations } from './annotations.ts';
import { createDashboardLink } from './links.ts';
import { variables } from './variables.ts';

/** Panels side by side, of equal width. */
export interface Line {
  readonly height: number;
  readonly panels: readonly ((queries: Queries) => Panel)[];
}

export interface Section {
  readonly title: string;
  /** Whether the panels are hidden, and send no queries, until the reader opens the row. */
  readonly isCollapsed?: boolean;
  readonly lines: readonly Line[];
}

export interface Layout {
  readonly name: DashboardName;
  readonly title: string;
  readonly description: string;
  /** Whether the reader selects one policy or several. */
  readonly policies: 'one' | 'many';
  /** Most points per line. */
  readonly maxDataPoints: number;
  /** The dashboard that the link at the top opens. */
  readonly link: { readonly name: DashboardName; readonly title: string };
  readonly sections: readonly Section[];
}

const GRID_WIDTH = 24;

export function buildDashboard(layout: Layout, queries: Queries): Dashboard {
  const { uidSuffix } = queries.settings;
  // Dashboards of two namings need different titles in Grafana's list.
  const title = uidSuffix === '' ? layout.title : `${layout.title} (${uidSuffix})`;
  const dashboard = new DashboardBuilder(title)
    .uid(dashboardUid(layout.name, queries.settings))
    .description(`${layout.description}\n\n${GENERATED}`)
    .tags(['resilience', 'cockatiel-otel'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .link(createDashboardLink(layout.link, queries))
    .annotations(annotations(queries))
    .variables(variables(queries, layout.policies));
  let id = 0;
  let top = 0;
  for (const { title, isCollapsed = false, lines } of layout.sections) {
    const row = new RowBuilder(title)
      .id(++id)
      .collapsed(isCollapsed)
      .gridPos({ x: 0, y: top, w: GRID_WIDTH, h: 1 });
    top += 1;
    let y = top;
    const panels = lines.flatMap((line) => {
      const w = GRID_WIDTH / line.panels.length;
      const built = line.panels.map((createPanel, i) => {
        const gridPos = { x: i * w, y, w, h: line.height };
        const place = {
          id: ++id,
          gridPos,
          maxDataPoints: layout.maxDataPoints,
          hasPolicyLinks: layout.policies === 'many',
        };
        return buildPanel(createPanel(queries), place, queries);
      });
      y += line.height;
      return built;
    });
    if (isCollapsed) for (const panel of panels) row.withPanel(panel);
    dashboard.withRow(row);
    if (isCollapsed) continue;
    for (const panel of panels) dashboard.withPanel(panel);
    top = y;
  }
  return dashboard.build();
}
