import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardName } from '../options/dashboard-uid.ts';
import type { Queries } from '../promql/queries.ts';
import { fleet } from './fleet.ts';
import { policy } from './policy.ts';

const DASHBOARDS = { fleet, policy };

/** The dashboards of these names; the uid of each is the name of its file. */
export function dashboards(
  queries: Queries,
  names: readonly DashboardName[] = ['fleet', 'policy'],
): Dashboard[] {
  return names.map((name) => DASHBOARDS[name](queries));
}
