import type { HealthSummary } from '../../dependencies/checks/types.ts';
import type { HealthSettings } from '../settings.ts';
import { type BreakerSummary, breakerStates } from './breakers.ts';

export interface HealthView {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly breakers: BreakerSummary;
  /** The summary of the last checks, where dependencies are watched. */
  readonly dependencies?: HealthSummary;
}

/** How the service is, for load balancers. */
export function toHealthView({ openFails, dependencies }: HealthSettings): HealthView {
  const { summary: breakers, open } = breakerStates();
  const summary = dependencies?.state().summary;
  const all = breakers.closed === breakers.total && !summary?.unavailable_systems;
  return {
    status: openFails && open ? 'unhealthy' : all ? 'healthy' : 'degraded',
    breakers,
    ...(summary && { dependencies: summary }),
  };
}
