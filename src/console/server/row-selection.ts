import type { PolicyMetrics } from '../../metrics/policy-metrics.ts';
import { isWorse } from '../../operations/views/breaker-states.ts';
import { CIRCUIT_BREAKER_STATES, type CircuitBreakerState } from '../../semconv/attributes.ts';
import type { Turns } from '../../shared/event-loop-turns.ts';

export interface RowSelection {
  readonly names: ReadonlySet<string>;
  /** The number of all names by the worst state of their circuit breakers. */
  readonly states: readonly number[];
}

/**
 * Selects the names that get a row if there are more names than rows: names whose circuits are not
 * closed come first, then names that have a row already.
 */
export async function selectRows(
  policiesByName: ReadonlyMap<string, readonly PolicyMetrics[]>,
  hasRow: (name: string) => boolean,
  maxRows: number,
  turns: Turns,
): Promise<RowSelection> {
  const states = CIRCUIT_BREAKER_STATES.map(() => 0);
  const queues: [string[], string[], string[], string[]] = [[], [], [], []];
  for (const [name, policies] of policiesByName) {
    if (turns.isOver) await turns.next();
    const state = worstStateOf(policies);
    if (state) incrementState(states, state);
    const isClosed = state === undefined || state === 'closed';
    queues[isClosed ? (hasRow(name) ? 2 : 3) : hasRow(name) ? 0 : 1].push(name);
  }
  return { names: new Set(queues.flat().slice(0, maxRows)), states };
}

function worstStateOf(policies: readonly PolicyMetrics[]): CircuitBreakerState | undefined {
  let worst: CircuitBreakerState | undefined;
  for (const policy of policies) {
    for (const control of policy.controls()) {
      const state = readState(control);
      if (state && (worst === undefined || isWorse(state, worst))) worst = state;
    }
  }
  return worst;
}

/** A user's own policy may throw. The error is reported when its row is read. */
function readState(control: {
  readonly state: CircuitBreakerState;
}): CircuitBreakerState | undefined {
  try {
    return control.state;
  } catch {
    return undefined;
  }
}

function incrementState(states: number[], state: CircuitBreakerState): void {
  const index = CIRCUIT_BREAKER_STATES.indexOf(state);
  states[index] = (states[index] as number) + 1;
}
