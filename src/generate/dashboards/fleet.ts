import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { GENERATED } from '../generated.ts';
import { buildPanel } from '../panels/build.ts';
import * as bulkhead from '../panels/bulkhead.ts';
import * as breaker from '../panels/circuit-breaker.ts';
import * as execution from '../panels/execution.ts';
import * as fallback from '../panels/fallback.ts';
import type { Panel } from '../panels/panel.ts';
import * as retry from '../panels/retry.ts';
import * as timeout from '../panels/timeout.ts';
import type { Queries } from '../queries.ts';
import { FLEET } from './uids.ts';
import { variables } from './variables.ts';

interface Section {
  readonly title: string;
  /** Each line fills the width; its panels share it. */
  readonly lines: readonly {
    readonly height: number;
    readonly panels: readonly ((queries: Queries) => Panel)[];
  }[];
}

const SECTIONS: readonly Section[] = [
  {
    title: 'Circuit breakers',
    lines: [
      { height: 4, panels: [breaker.notClosed, breaker.reporting, breaker.recovery] },
      { height: 8, panels: [breaker.worstState, breaker.shareNotClosed] },
    ],
  },
  {
    title: 'Executions',
    lines: [
      { height: 8, panels: [execution.byOutcome, execution.withoutAnswer, execution.slowest] },
    ],
  },
  {
    title: 'Retries and timeouts',
    lines: [{ height: 8, panels: [retry.secondRetries, retry.recovered, timeout.timedOut] }],
  },
  {
    title: 'Bulkheads and fallbacks',
    lines: [{ height: 8, panels: [bulkhead.rejections, fallback.used] }],
  },
];

const WIDTH = 24;

/** Everything at a glance. */
export function fleet(queries: Queries): Dashboard {
  const dashboard = new DashboardBuilder('Resilience: fleet')
    .uid(FLEET)
    .description(`Every resilience policy of every service at a glance.\n\n${GENERATED}`)
    .tags(['resilience', 'cockatiel-otel'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .variables(variables(queries));
  let id = 0;
  for (const { title, lines } of SECTIONS) {
    dashboard.withRow(new RowBuilder(title).id(++id));
    for (const { height, panels } of lines) {
      const width = WIDTH / panels.length;
      for (const panel of panels) {
        dashboard.withPanel(buildPanel(panel(queries), { id: ++id, width, height }, queries));
      }
    }
  }
  return dashboard.build();
}
