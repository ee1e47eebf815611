import { BREAKER_METADATA, type BreakerMetadata } from '../metrics/breaker-control.ts';
import type { ResilientPolicy } from '../policies/types.ts';

/** When an open circuit lets a call try again; not known of one that is held open by hand. */
export function retryAtOf({ circuitBreaker }: ResilientPolicy<Response>): Date | undefined {
  const known = (circuitBreaker as { [BREAKER_METADATA]?: BreakerMetadata } | undefined)?.[
    BREAKER_METADATA
  ];
  const at = known?.nextProbeAt();
  return at === undefined ? undefined : new Date(at);
}
