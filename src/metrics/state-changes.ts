import type { CircuitBreakerState } from '../semconv/attributes.ts';
import { Emitter } from '../shared/emitter.ts';
import { processWide } from '../shared/process-wide.ts';

/** A state change of a circuit breaker. */
export interface StateChange {
  readonly name: string;
  readonly key: string | undefined;
  readonly previous: CircuitBreakerState;
  readonly state: CircuitBreakerState;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The error type of the last failure that the circuit breaker counted. */
  readonly lastErrorType: string | undefined;
  /** Seconds since the circuit left closed; only for a recovery. */
  readonly recoverySeconds: number | undefined;
}

/** The state changes of all circuit breakers in the process. */
export const stateChanges = new Emitter<StateChange>(processWide('state-changes', () => new Set()));
