import type { ResilientPolicy } from '../policies/types.ts';
import { POLICIES } from '../thresholds.ts';

/** What a breaker of cockatiel's says of itself when it is open; of no other state is there a time. */
interface Saved {
  readonly ownState?: { readonly openedAt?: number; readonly attemptNo?: number };
}

/** When an open circuit lets a call try again; not known of one that is held open by hand. */
export function closesAt(policy: ResilientPolicy<Response>): Date | undefined {
  const { circuitBreaker: settings } = policy.settings;
  const { ownState = {} } = (policy.circuitBreaker?.toJSON() ?? {}) as Saved;
  const { openedAt, attemptNo = 1 } = ownState;
  if (!settings || !openedAt) return undefined;
  const { openSeconds, maxOpenSeconds, grows } = settings;
  const grown = openSeconds * POLICIES.breaker.growth.base ** (attemptNo - 1);
  const seconds = grows ? Math.max(openSeconds, Math.min(grown, maxOpenSeconds)) : openSeconds;
  return new Date(openedAt + seconds * 1000);
}
