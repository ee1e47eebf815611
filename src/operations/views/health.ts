import type { HealthView } from '../contract.ts';
import type { HealthSettings } from '../options/settings.ts';
import { breakerStates } from './breakers.ts';

/** The health of the service, for load balancers. */
export function toHealthView({ openFails, dependencies }: HealthSettings): HealthView {
  const { summary: breakers, isAnyOpen } = breakerStates();
  const summary = dependencies?.state().summary;
  const isHealthy = breakers.closed === breakers.total && !summary?.unavailable_systems;
  return {
    status: openFails && isAnyOpen ? 'unhealthy' : isHealthy ? 'healthy' : 'degraded',
    breakers,
    ...(summary && { dependencies: summary }),
  };
}
