import { KNOWN_BREAKER, type KnownBreaker } from '../aggregate/breaker-control.ts';
import type { ResilientPolicy } from '../policies/types.ts';

/** What a breaker of cockatiel's says of itself when it is open; of no other state is there a time. */
interface Saved {
  readonly ownState?: { readonly openedAt?: number };
}

/** When an open circuit lets a call try again; not known of one that is held open by hand. */
export function closesAt({ circuitBreaker }: ResilientPolicy<Response>): Date | undefined {
  if (!circuitBreaker) return undefined;
  const { ownState } = circuitBreaker.toJSON() as Saved;
  const known: KnownBreaker | undefined = (circuitBreaker as { [KNOWN_BREAKER]?: KnownBreaker })[
    KNOWN_BREAKER
  ];
  const waitMs = known?.waitMs();
  if (!ownState?.openedAt || waitMs === undefined) return undefined;
  return new Date(ownState.openedAt + waitMs);
}
