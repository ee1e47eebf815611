import { type BreakerControl, isolatedNames } from '../../metrics/breaker-control.ts';
import { CIRCUIT_BREAKER_ACTION } from '../../metrics/circuit-breaker.ts';
import type { CircuitBreakerAction, CircuitBreakerState } from '../../semconv/attributes.ts';
import type { OperationResult } from '../contract.ts';
import { operationEvents } from '../events/operation-events.ts';
import { Problem } from '../responses/problem.ts';
import { breakerNames, controlsOf, metricsOf, worstState } from '../views/breakers.ts';
import type { Actor } from './actor.ts';

/**
 * Resets, isolates or releases the circuit breakers of a name.
 *
 * @throws Problem if the name has no circuit breaker, or if the action is not possible
 */
export function administer(
  name: string,
  action: CircuitBreakerAction,
  actor: Actor,
): OperationResult {
  const metrics = metricsOf(name);
  const controls = controlsOf(metrics);
  // A name stays isolated after its last policy was disposed, and must be releasable.
  if (controls.length === 0 && !isolatedNames.has(name)) throw unknownBreaker(name);
  const currentState = () =>
    controls.length === 0 ? stateWithoutBreakers(name) : worstState(controls);
  const previous = currentState();
  const { run, notes = [] } = PLANS[action](name, controls);
  let failed = true;
  try {
    operationEvents.run(name, run);
    failed = false;
  } finally {
    // Counted and reported even if one circuit breaker threw: the others were changed.
    for (const { circuitBreaker } of metrics) {
      circuitBreaker?.administration.add(CIRCUIT_BREAKER_ACTION[action]);
    }
    const state = currentState();
    operationEvents.emit({ ...actor, action, name, at: Date.now(), previous, state, failed });
  }
  const state = currentState();
  const detail = [...isolationNotes(action, state), ...notes].join(' ');
  return { name, action, state, previous_state: previous, ...(detail && { detail }) };
}

interface Plan {
  readonly run: () => void;
  /** What the action could not do, as sentences. */
  readonly notes?: readonly string[];
}

/** Prepares each action. Throws a Problem, before any change, if the action is not possible. */
const PLANS: Readonly<
  Record<CircuitBreakerAction, (name: string, controls: readonly BreakerControl[]) => Plan>
> = {
  reset(name, controls) {
    const resettable = controls.filter((control) => control.state !== 'isolated');
    if (resettable.length === 0) {
      throw new Problem(
        409,
        isolatedNames.has(name)
          ? 'The circuit breaker is isolated. Release it to close it.'
          : 'The circuit breaker is isolated by the code of the service, which has to release it.',
      );
    }
    return {
      run: () => forAll(resettable, (control) => control.reset()),
      notes: resetNotes(resettable),
    };
  },

  isolate(name, controls) {
    return {
      run() {
        isolatedNames.add(name);
        forAll(controls, (control) => control.isolate());
      },
    };
  },

  release(name, controls) {
    const isIsolatedHere =
      isolatedNames.has(name) || controls.some((control) => control.read().isIsolatedByUs);
    if (!isIsolatedHere && worstState(controls) === 'isolated') {
      throw new Problem(
        409,
        'The circuit breaker is isolated by the code of the service, which has to release it.',
      );
    }
    return {
      run() {
        isolatedNames.delete(name);
        forAll(controls, (control) => control.release());
      },
    };
  },
};

function stateWithoutBreakers(name: string): CircuitBreakerState {
  return isolatedNames.has(name) ? 'isolated' : 'closed';
}

function resetNotes(controls: readonly BreakerControl[]): string[] {
  const statuses = controls.map((control) => control.read());
  const notes: string[] = [];
  if (statuses.some(({ state }) => state === 'half_open')) {
    notes.push('A probe in progress may open the circuit again (with cockatiel 3).');
  }
  if (statuses.some(({ canForgetFailures }) => !canForgetFailures)) {
    notes.push(
      'A circuit breaker that the service created itself keeps its count of failures: the next failure may open it.',
    );
  }
  return notes;
}

/** An error of one circuit breaker, such as a user's own policy, does not affect the others. */
function forAll(controls: readonly BreakerControl[], run: (control: BreakerControl) => void): void {
  const errors: unknown[] = [];
  for (const control of controls) {
    try {
      run(control);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

function isolationNotes(action: CircuitBreakerAction, state: CircuitBreakerState): string[] {
  if (action === 'isolate' || state !== 'isolated') return [];
  return action === 'release'
    ? ['Released, but the code of the service still isolates the circuit breaker.']
    : ['Isolated circuit breakers stay isolated.'];
}

/** Names that a response lists. */
const MAX_KNOWN_NAMES = 100;

export function unknownBreaker(name: string): Problem {
  const names = breakerNames();
  return new Problem(404, `There is no circuit breaker with the name ${JSON.stringify(name)}.`, {
    known: names.sort().slice(0, MAX_KNOWN_NAMES),
    known_total: names.length,
  });
}
