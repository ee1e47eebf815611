import { KNOWN_BREAKER, type KnownBreaker } from '../metrics/breaker-control.ts';
import type { ResilientPolicy } from '../policies/types.ts';

/** When an open circuit lets a call try again; not known of one that is held open by hand. */
export function closesAt({ circuitBreaker }: ResilientPolicy<Response>): Date | undefined {
  const known = (circuitBreaker as { [KNOWN_BREAKER]?: KnownBreaker } | undefined)?.[KNOWN_BREAKER];
  const at = known?.nextProbeAt();
  return at === undefined ? undefined : new Date(at);
}
