import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import * as alerts from '../panels/alerts.ts';
import * as breaker from '../panels/circuit-breaker.ts';
import * as state from '../panels/circuit-breaker-state.ts';
import * as degradation from '../panels/degradation.ts';
import * as dependency from '../panels/dependency.ts';
import * as execution from '../panels/execution.ts';
import * as retry from '../panels/retry.ts';
import { scorecard } from '../panels/scorecard.ts';
import * as slo from '../panels/slo.ts';
import * as telemetry from '../panels/telemetry.ts';
import type { Queries } from '../queries.ts';
import { dashboardOf, type Section } from './layout.ts';
import { FLEET, POLICY } from './uids.ts';

/** The most urgent first. */
const SECTIONS: readonly Section[] = [
  {
    title: 'Now',
    lines: [
      {
        height: 4,
        panels: [
          state.notClosed,
          state.reporting,
          slo.answered,
          slo.budgetLeft,
          breaker.recovery,
          dependency.available,
        ],
      },
      { height: 10, panels: [alerts.firing, state.worstState] },
    ],
  },
  { title: 'Scorecard', lines: [{ height: 12, panels: [scorecard] }] },
  {
    title: 'One replica, or the whole fleet?',
    lines: [
      {
        height: 8,
        panels: [state.shareNotClosed, state.replicasNotClosed, state.shareOfFleet],
      },
    ],
  },
  {
    title: 'Calls',
    lines: [
      { height: 10, panels: [execution.byOutcome, execution.worstByFailures, execution.slowest] },
    ],
  },
  {
    title: 'Openings and retries',
    lines: [{ height: 8, panels: [breaker.openings, retry.secondRetries] }],
  },
  {
    title: 'Answers gathered from several systems',
    lines: [{ height: 8, panels: [degradation.byStatus, degradation.missing] }],
  },
  {
    title: 'Blind spots: what this dashboard can not see',
    lines: [
      { height: 8, panels: [telemetry.breakersLeft, telemetry.replicas] },
      { height: 8, panels: [telemetry.overflow, telemetry.errors] },
    ],
  },
];

/** Everything at a glance. */
export function fleet(queries: Queries): Dashboard {
  return dashboardOf(
    {
      uid: FLEET,
      title: 'Resilience: fleet',
      description: 'Every resilience policy of every service at a glance.',
      policies: 'many',
      // A minute apart in an hour: a hundred replicas of thirty policies are much to read.
      points: 80,
      other: { uid: POLICY, title: 'One policy in depth' },
      sections: SECTIONS,
    },
    queries,
  );
}
