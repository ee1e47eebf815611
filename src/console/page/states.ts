import {
  CIRCUIT_BREAKER_STATES,
  type CircuitBreakerState,
  STATES_WORST_FIRST,
} from '../../semconv/attributes.ts';

/** The shape and the word for each state, so that color is never the only sign. */
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

/** @param counts the number of breakers in each state, in the order of `CIRCUIT_BREAKER_STATES` */
export function inState(counts: readonly number[], state: CircuitBreakerState): number {
  return counts[CIRCUIT_BREAKER_STATES.indexOf(state)] ?? 0;
}

/** A text such as `2 open, 1 closed`. */
export function countsText(counts: readonly number[]): string {
  return STATES_WORST_FIRST.flatMap((state) => {
    const count = inState(counts, state);
    return count > 0 ? [`${count} ${stateOf(state).word.toLowerCase()}`] : [];
  }).join(', ');
}
