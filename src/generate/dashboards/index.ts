import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Queries } from '../queries.ts';
import { fleet } from './fleet.ts';
import { policy } from './policy.ts';

/** Every dashboard; its uid is the name of its file. */
export function dashboards(queries: Queries): Dashboard[] {
  return [fleet(queries), policy(queries)];
}
