import { CIRCUIT_BREAKER_STATES, type CircuitBreakerState } from '../../semconv/attributes.ts';

/** How a state is shown: never by colour alone. */
export const STATES: Readonly<Record<string, { readonly shape: string; readonly word: string }>> = {
  open: { shape: '▲', word: 'Open' },
  isolated: { shape: '■', word: 'Isolated' },
  half_open: { shape: '◐', word: 'Half-open' },
  closed: { shape: '●', word: 'Closed' },
  none: { shape: '–', word: 'No breaker' },
};

export function stateOf(state: string | undefined): { shape: string; word: string } {
  return STATES[state ?? 'none'] ?? { shape: '?', word: state ?? '' };
}

/** @param counts how many are in each state, in the order of these */
export function inState(counts: readonly number[], state: CircuitBreakerState): number {
  return counts[CIRCUIT_BREAKER_STATES.indexOf(state)] ?? 0;
}

/** As `2 open, 1 closed`. */
export function countsText(counts: readonly number[]): string {
  return CIRCUIT_BREAKER_STATES.flatMap((state) => {
    const count = inState(counts, state);
    return count > 0 ? [`${count} ${stateOf(state).word.toLowerCase()}`] : [];
  }).join(', ');
}
