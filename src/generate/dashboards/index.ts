import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardName } from '../options/dashboard-uid.ts';
import type { Queries } from '../promql/queries.ts';
import { buildFleetDashboard } from './fleet.ts';
import { buildPolicyDashboard } from './policy.ts';

const BUILDERS = { fleet: buildFleetDashboard, policy: buildPolicyDashboard };

/** Builds dashboards by name. The uid of a dashboard is its file name. */
export function buildDashboards(
  queries: Queries,
  names: readonly DashboardName[] = ['fleet', 'policy'],
): Dashboard[] {
  return names.map((name) => BUILDERS[name](queries));
}
