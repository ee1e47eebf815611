import type { BreakerControl, BreakerStatus } from '../../metrics/breaker-control.ts';
import { type CircuitBreakerState, STATES_WORST_FIRST } from '../../semconv/attributes.ts';

function rankOf(state: CircuitBreakerState): number {
  return STATES_WORST_FIRST.indexOf(state);
}

export function isWorse(one: CircuitBreakerState, other: CircuitBreakerState): boolean {
  return rankOf(one) < rankOf(other);
}

/**
 * The circuit breakers of a name, the worst first: by state, then who has been in trouble longest,
 * then who has more failures. What is said of a name is that of the first, so that all of it is true
 * of one circuit breaker.
 */
export function breakerStatusesOf(controls: readonly BreakerControl[]): BreakerStatus[] {
  const readings = controls.map((control) => control.read());
  // Most names have one, and the live page reads hundreds of them each second.
  return readings.length < 2 ? readings : readings.sort(compare);
}

function compare(a: BreakerStatus, b: BreakerStatus): number {
  return (
    rankOf(a.state) - rankOf(b.state) ||
    troubledAt(a) - troubledAt(b) ||
    (b.failures ?? 0) - (a.failures ?? 0)
  );
}

/** One number for those of which it is not known, as infinity less infinity is none. */
function troubledAt({ state, openedAt, since }: BreakerStatus): number {
  if (state === 'closed') return 0;
  return openedAt ?? since ?? Number.MAX_SAFE_INTEGER;
}
