import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import * as alerts from '../panels/alerts.ts';
import * as breaker from '../panels/circuit-breaker.ts';
import * as state from '../panels/circuit-breaker-state.ts';
import * as degradation from '../panels/degradation.ts';
import * as dependency from '../panels/dependency.ts';
import * as execution from '../panels/execution.ts';
import { scorecard } from '../panels/scorecard.ts';
import * as slo from '../panels/slo.ts';
import * as telemetry from '../panels/telemetry.ts';
import type { Queries } from '../promql/queries.ts';
import { dashboardOf, type Section } from './layout.ts';

/** The most urgent first. */
const SECTIONS: readonly Section[] = [
  {
    title: 'Now',
    lines: [
      {
        height: 4,
        panels: [
          state.notClosed,
          execution.unansweredNow,
          slo.leastBudgetLeft,
          dependency.available,
        ],
      },
      { height: 10, panels: [alerts.firing, state.worstState] },
    ],
  },
  { title: 'Scorecard', lines: [{ height: 12, panels: [scorecard] }] },
  {
    title: 'One replica, or the whole fleet?',
    lines: [{ height: 8, panels: [state.downtime, state.shareNotClosed, breaker.openings] }],
  },
  {
    title: 'Calls',
    lines: [{ height: 10, panels: [execution.worstByFailures, execution.slowest] }],
  },
  {
    title: 'Answers gathered from several systems',
    isCollapsed: true,
    lines: [{ height: 8, panels: [degradation.byStatus, degradation.missing] }],
  },
  {
    title: 'Blind spots: what this dashboard can not see',
    lines: [{ height: 8, panels: [telemetry.breakersLeft, telemetry.overflow] }],
  },
];

/** Everything at a glance. */
export function fleet(queries: Queries): Dashboard {
  return dashboardOf(
    {
      name: 'fleet',
      title: 'Resilience: fleet',
      description: 'Every resilience policy of every service at a glance.',
      policies: 'many',
      // A minute apart in an hour: a hundred replicas of thirty policies are much to read.
      points: 80,
      other: { name: 'policy', title: 'One policy in depth' },
      sections: SECTIONS,
    },
    queries,
  );
}
