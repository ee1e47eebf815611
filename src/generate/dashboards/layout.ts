import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { GENERATED } from '../formats/generated-note.ts';
import { type DashboardName, uidOf } from '../options/dashboard-uid.ts';
import { buildPanel } from '../panels/build-panel.ts';
import type { Panel } from '../panels/types.ts';
import type { Queries } from '../promql/queries.ts';
import { annotations } from './annotations.ts';
import { linkTo } from './links.ts';
import { variables } from './variables.ts';

/** Panels of a line share its width. */
export interface Line {
  readonly height: number;
  readonly panels: readonly ((queries: Queries) => Panel)[];
}

export interface Section {
  readonly title: string;
  /** Whether its panels are hidden, and ask nothing, until the reader opens the row. */
  readonly isCollapsed?: boolean;
  readonly lines: readonly Line[];
}

export interface Layout {
  readonly name: DashboardName;
  readonly title: string;
  readonly description: string;
  /** How many policies a reader looks at. */
  readonly policies: 'one' | 'many';
  /** How many points a line has at most. */
  readonly points: number;
  readonly other: { readonly name: DashboardName; readonly title: string };
  readonly sections: readonly Section[];
}

const WIDTH = 24;

export function dashboardOf(layout: Layout, queries: Queries): Dashboard {
  const { uidSuffix } = queries.settings;
  // Two dashboards of one title look the same in a list.
  const title = uidSuffix === '' ? layout.title : `${layout.title} (${uidSuffix})`;
  const dashboard = new DashboardBuilder(title)
    .uid(uidOf(layout.name, queries.settings))
    .description(`${layout.description}\n\n${GENERATED}`)
    .tags(['resilience', 'cockatiel-otel'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .link(linkTo(layout.other, queries))
    .annotations(annotations(queries))
    .variables(variables(queries, layout.policies));
  let id = 0;
  let top = 0;
  for (const { title, isCollapsed = false, lines } of layout.sections) {
    const row = new RowBuilder(title)
      .id(++id)
      .collapsed(isCollapsed)
      .gridPos({ x: 0, y: top, w: WIDTH, h: 1 });
    top += 1;
    let y = top;
    const panels = lines.flatMap((line) => {
      const w = WIDTH / line.panels.length;
      const built = line.panels.map((panel, i) => {
        const gridPos = { x: i * w, y, w, h: line.height };
        const place = { gridPos, points: layout.points, ofMany: layout.policies === 'many' };
        return buildPanel(panel(queries), { ...place, id: ++id }, queries);
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
