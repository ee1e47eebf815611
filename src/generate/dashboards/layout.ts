import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { GENERATED } from '../generated.ts';
import { buildPanel } from '../panels/build.ts';
import type { Panel } from '../panels/panel.ts';
import type { Queries } from '../queries.ts';
import { openings } from './annotations.ts';
import { linkTo } from './links.ts';
import type { FLEET, POLICY } from './uids.ts';
import { variables } from './variables.ts';

/** Panels of a line share its width. */
export interface Line {
  readonly height: number;
  readonly panels: readonly ((queries: Queries) => Panel)[];
}

export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

export interface Layout {
  readonly uid: typeof FLEET | typeof POLICY;
  readonly title: string;
  readonly description: string;
  /** How many policies a reader looks at. */
  readonly policies: 'one' | 'many';
  /** How many points a line has at most. */
  readonly points: number;
  readonly other: { readonly uid: typeof FLEET | typeof POLICY; readonly title: string };
  readonly sections: readonly Section[];
}

const WIDTH = 24;

export function dashboardOf(layout: Layout, queries: Queries): Dashboard {
  const dashboard = new DashboardBuilder(layout.title)
    .uid(layout.uid)
    .description(`${layout.description}\n\n${GENERATED}`)
    .tags(['resilience', 'cockatiel-otel'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .link(linkTo(layout.other))
    .annotation(openings(queries))
    .variables(variables(queries, layout.policies));
  let id = 0;
  for (const { title, lines } of layout.sections) {
    dashboard.withRow(new RowBuilder(title).id(++id));
    for (const { height, panels } of lines) {
      const place = {
        width: WIDTH / panels.length,
        height,
        points: layout.points,
        ofMany: layout.policies === 'many',
      };
      for (const panel of panels) {
        dashboard.withPanel(buildPanel(panel(queries), { ...place, id: ++id }, queries));
      }
    }
  }
  return dashboard.build();
}
