import { type BreakerControl, isolatedNames } from '../metrics/breaker-control.ts';
import { CIRCUIT_BREAKER_ACTION } from '../metrics/circuit-breaker.ts';
import type { CircuitBreakerAction, CircuitBreakerState } from '../semconv/attributes.ts';
import { operationEvents } from './events/operation-events.ts';
import { Problem } from './http/problem.ts';
import { breakerNames, controlsOf, scopesOf, worstState } from './views/breakers.ts';

/** Who does it, and why, as far as that is known. */
export interface Actor {
  readonly by: string | undefined;
  readonly onBehalfOf: string | undefined;
  readonly reason: string | undefined;
}

/** What was done, as JSON. */
export interface OperationResult {
  readonly name: string;
  readonly action: CircuitBreakerAction;
  readonly state: CircuitBreakerState;
  readonly previous_state: CircuitBreakerState;
  /** What is left to know. */
  readonly detail?: string;
}

/** @throws Problem if there is no such circuit breaker, or it can't be done */
export function administer(
  name: string,
  action: CircuitBreakerAction,
  actor: Actor,
): OperationResult {
  const scopes = scopesOf(name);
  const controls = controlsOf(scopes);
  // A name stays isolated when its last policy goes, and must come free again.
  if (controls.length === 0 && !isolatedNames.has(name)) throw unknownBreaker(name);
  const stateNow = () => (controls.length === 0 ? stateOfNone(name) : worstState(controls));
  const previous = stateNow();
  const { work, notes = [] } = PLAN[action](name, controls);
  let failed = true;
  try {
    operationEvents.run(name, work);
    failed = false;
  } finally {
    // Others were done, although one of them has thrown.
    for (const scope of scopes) {
      scope.circuitBreaker?.administration.add(CIRCUIT_BREAKER_ACTION[action]);
    }
    const state = stateNow();
    operationEvents.emit({ ...actor, action, name, at: Date.now(), previous, state, failed });
  }
  const state = stateNow();
  const detail = [...stillIsolated(action, state), ...notes].join(' ');
  return { name, action, state, previous_state: previous, ...(detail && { detail }) };
}

interface Plan {
  readonly work: () => void;
  /** What is left to know when it is done. */
  readonly notes?: readonly string[];
}

/** What is to be done. Each throws a Problem where it can't be, while nothing is done yet. */
const PLAN: Readonly<
  Record<CircuitBreakerAction, (name: string, controls: readonly BreakerControl[]) => Plan>
> = {
  reset(name, controls) {
    const free = controls.filter((control) => control.state !== 'isolated');
    if (free.length === 0) {
      throw new Problem(
        409,
        isolatedNames.has(name)
          ? 'It is isolated: release it, then it closes.'
          : 'It is isolated by the code of the service, which has to release it.',
      );
    }
    return { work: () => each(free, (control) => control.reset()), notes: notesOn(free) };
  },

  isolate(name, controls) {
    return {
      work() {
        isolatedNames.add(name);
        each(controls, (control) => control.isolate());
      },
    };
  },

  release(name, controls) {
    const held =
      isolatedNames.has(name) || controls.some((control) => control.read().isIsolatedByUs);
    if (!held && worstState(controls) === 'isolated') {
      throw new Problem(409, 'It is isolated by the code of the service, which has to release it.');
    }
    return {
      work() {
        isolatedNames.delete(name);
        each(controls, (control) => control.release());
      },
    };
  },
};

/** Of a name without circuit breakers. */
function stateOfNone(name: string): CircuitBreakerState {
  return isolatedNames.has(name) ? 'isolated' : 'closed';
}

/** What a reset can't do. */
function notesOn(controls: readonly BreakerControl[]): string[] {
  const readings = controls.map((control) => control.read());
  const notes: string[] = [];
  if (readings.some(({ state }) => state === 'half_open')) {
    notes.push('A test call that is under way may open it again (on cockatiel 3).');
  }
  if (readings.some(({ canForgetFailures: forgets }) => !forgets)) {
    notes.push(
      'A circuit breaker that the service has made itself keeps its count of failures: the next one may open it.',
    );
  }
  return notes;
}

/** What one of them throws, such as a policy of the service's own, does not spare the others. */
function each(controls: readonly BreakerControl[], work: (control: BreakerControl) => void): void {
  const faults: unknown[] = [];
  for (const control of controls) {
    try {
      work(control);
    } catch (fault) {
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw faults[0];
}

function stillIsolated(action: CircuitBreakerAction, state: CircuitBreakerState): string[] {
  if (action === 'isolate' || state !== 'isolated') return [];
  return action === 'release'
    ? ['Released here, but the code of the service still holds it isolated.']
    : ['Those that are isolated stay so.'];
}

/** So many names are told to who has asked for another. */
const KNOWN = 100;

export function unknownBreaker(name: string): Problem {
  const names = breakerNames();
  return new Problem(404, `There is no circuit breaker of the name ${JSON.stringify(name)}.`, {
    known: names.sort().slice(0, KNOWN),
    known_total: names.length,
  });
}
