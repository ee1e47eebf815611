import { heldNames } from '../aggregate/breaker-control.ts';
import { changes } from '../aggregate/changes.ts';
import { comingsAndGoings } from '../aggregate/scope.ts';
import { type BreakerStates, breakerStates } from './breakers.ts';

/** The longest that they are kept while nothing is heard of a change. */
const KEPT_MS = 100;

interface Kept {
  readonly states: BreakerStates;
  /** All that had been heard of then. */
  readonly heard: number;
  readonly at: number;
}

let kept: Kept | undefined;

/**
 * How many circuit breakers are in which state. Load balancers ask often, so that is kept for a
 * moment, but not past a change of state, or a circuit breaker or a held name that comes or
 * goes.
 */
export function recentStates(): BreakerStates {
  // Only where somebody listens are changes told.
  if (!changes.heard) return breakerStates();
  const heard = changes.count + comingsAndGoings() + heldNames.count;
  const at = performance.now();
  // A clock that tests turn back is none to go by.
  if (kept?.heard !== heard || Math.abs(at - kept.at) >= KEPT_MS) {
    kept = { states: breakerStates(), heard, at };
  }
  return kept.states;
}
