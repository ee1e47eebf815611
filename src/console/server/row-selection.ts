import type { PolicyMetrics } from '../../metrics/policy-metrics.ts';
import { isWorse } from '../../operations/views/breaker-states.ts';
import { CIRCUIT_BREAKER_STATES, type CircuitBreakerState } from '../../semconv/attributes.ts';
import type { Turns } from '../../shared/event-loop-turns.ts';

export interface RowSelection {
  /** Those that have a row. */
  readonly names: ReadonlySet<string>;
  /** Of how many names, of all, the worst circuit breaker is in each state. */
  readonly states: readonly number[];
}

/**
 * Who has a row where there are more names than rows: trouble first, then who has one already, so
 * that rows stay.
 */
export async function selectRows(
  all: ReadonlyMap<string, readonly PolicyMetrics[]>,
  hasRow: (name: string) => boolean,
  most: number,
  turns: Turns,
): Promise<RowSelection> {
  const states = CIRCUIT_BREAKER_STATES.map(() => 0);
  const queues: [string[], string[], string[], string[]] = [[], [], [], []];
  for (const [name, scopes] of all) {
    if (turns.isOver) await turns.next();
    const state = worstOf(scopes);
    if (state) count(states, state);
    const calm = state === undefined || state === 'closed';
    queues[calm ? (hasRow(name) ? 2 : 3) : hasRow(name) ? 0 : 1].push(name);
  }
  return { names: new Set(queues.flat().slice(0, most)), states };
}

function worstOf(scopes: readonly PolicyMetrics[]): CircuitBreakerState | undefined {
  let worst: CircuitBreakerState | undefined;
  for (const scope of scopes) {
    for (const control of scope.controls()) {
      const state = stateOf(control);
      if (state && (worst === undefined || isWorse(state, worst))) worst = state;
    }
  }
  return worst;
}

/** A policy of the user's own may fail when it is read; its row tells of that. */
function stateOf(control: {
  readonly state: CircuitBreakerState;
}): CircuitBreakerState | undefined {
  try {
    return control.state;
  } catch {
    return undefined;
  }
}

function count(states: number[], state: CircuitBreakerState): void {
  const index = CIRCUIT_BREAKER_STATES.indexOf(state);
  states[index] = (states[index] as number) + 1;
}
