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
import { buildDashboard, type Section } from './layout.ts';

/** The most urgent section first. */
const SECTIONS: readonly Section[] = [
  {
    title: 'Now',
    lines: [
      {
        height: 4,
        panels: [
          state.notClosed,
          execution.policiesWithUnanswered,
          slo.lowestBudgetLeft,
          dependency.availableShare,
        ],
      },
      { height: 10, panels: [alerts.firingAlerts, state.worstStateByPolicy] },
    ],
  },
  { title: 'Scorecard', lines: [{ height: 12, panels: [scorecard] }] },
  {
    title: 'One replica or the whole fleet',
    lines: [{ height: 8, panels: [state.downtime, state.shareNotClosed, breaker.openings] }],
  },
  {
    title: 'Calls',
    lines: [
      { height: 10, panels: [execution.highestUnansweredShares, execution.highestSlowShares] },
    ],
  },
  {
    title: 'Gathered results',
    isCollapsed: true,
    lines: [{ height: 8, panels: [degradation.resultsByStatus, degradation.missingParts] }],
  },
  {
    title: 'Missing data',
    lines: [{ height: 8, panels: [telemetry.reportingBreakers, telemetry.overflowSeries] }],
  },
];

/** The dashboard of all policies of all services. */
export function buildFleetDashboard(queries: Queries): Dashboard {
  return buildDashboard(
    {
      name: 'fleet',
      title: 'Resilience: fleet',
      description: 'All resilience policies of all services.',
      policies: 'many',
      // About one point per minute: 100 replicas of 30 policies are expensive to query.
      maxDataPoints: 80,
      link: { name: 'policy', title: 'One policy in depth' },
      sections: SECTIONS,
    },
    queries,
  );
}
