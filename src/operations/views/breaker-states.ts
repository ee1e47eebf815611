import type { BreakerControl, BreakerStatus } from '../../metrics/breaker-control.ts';
import { type CircuitBreakerState, STATES_WORST_FIRST } from '../../semconv/attributes.ts';

function rankOf(state: CircuitBreakerState): number {
  return STATES_WORST_FIRST.indexOf(state);
}

export function isWorse(first: CircuitBreakerState, second: CircuitBreakerState): boolean {
  return rankOf(first) < rankOf(second);
}

/**
 * The statuses of the circuit breakers of a name, the worst first: by state, then by the time since
 * they left closed, then by failures. A name is shown with the status of the first one, so that all
 * fields belong to the same circuit breaker.
 */
export function breakerStatusesOf(controls: readonly BreakerControl[]): BreakerStatus[] {
  const statuses = controls.map((control) => control.read());
  // Most names have one circuit breaker, and the live page reads hundreds of names per second.
  return statuses.length < 2 ? statuses : statuses.sort(compare);
}

function compare(a: BreakerStatus, b: BreakerStatus): number {
  return (
    rankOf(a.state) - rankOf(b.state) ||
    leftClosedAt(a) - leftClosedAt(b) ||
    (b.failures ?? 0) - (a.failures ?? 0)
  );
}

/** A finite number if unknown, because Infinity - Infinity is NaN. */
function leftClosedAt({ state, openedAt, since }: BreakerStatus): number {
  if (state === 'closed') return 0;
  return openedAt ?? since ?? Number.MAX_SAFE_INTEGER;
}
