import type { BreakerSummary } from './breakers.ts';
import type { HealthSummary } from './checks/types.ts';
import { recentSummary } from './recent-summary.ts';
import type { Settings } from './settings.ts';

export interface HealthView {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly breakers: BreakerSummary;
  /** The summary of the last checks, where dependencies are watched. */
  readonly dependencies?: HealthSummary;
}

/** How the service is, for load balancers. */
export function healthOf({ openFails, dependencies }: Settings): HealthView {
  const breakers = recentSummary();
  const summary = dependencies?.state().summary;
  const all = breakers.closed === breakers.total && !summary?.unavailable_systems;
  return {
    status: openFails && breakers.open > 0 ? 'unhealthy' : all ? 'healthy' : 'degraded',
    breakers,
    ...(summary && { dependencies: summary }),
  };
}
