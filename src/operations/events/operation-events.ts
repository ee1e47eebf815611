import type { CircuitBreakerAction, CircuitBreakerState } from '../../semconv/attributes.ts';
import { Emitter } from '../../shared/emitter.ts';

export type OperationAction = CircuitBreakerAction | 'abort';

/** An operation on a circuit breaker or an execution. */
export interface OperationEvent {
  readonly action: OperationAction;
  /** The name of the policy. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The name of the token, or the name in the request if the token has none. */
  readonly by: string | undefined;
  /** The name in the request, if it differs from that of the token. */
  readonly onBehalfOf: string | undefined;
  readonly reason: string | undefined;
  /** The worst state of the circuit breakers before. */
  readonly previous?: CircuitBreakerState;
  /** The worst state of the circuit breakers after. */
  readonly state?: CircuitBreakerState;
  /** Whether a part of the operation failed. */
  readonly failed?: boolean;
  /** The ID of an aborted execution. */
  readonly execution?: string;
}

/** The policy name of the operation that runs now. */
let currentName: string | undefined;

class OperationEvents extends Emitter<OperationEvent> {
  /** Whether an operation on the name runs now. Its state changes are reported with the operation. */
  isInProgress(name: string): boolean {
    return currentName === name;
  }

  /** Runs an operation. */
  run(name: string, operation: () => void): void {
    const previousName = currentName;
    currentName = name;
    try {
      operation();
    } finally {
      currentName = previousName;
    }
  }
}

/** The operations in this process, through any routes. */
export const operationEvents = new OperationEvents();
