import type { CircuitBreakerAction, CircuitBreakerState } from '../../semconv/attributes.ts';
import { Emitter } from '../../shared/emitter.ts';

export type OperationAction = CircuitBreakerAction | 'abort';

/** Somebody has done something by hand. */
export interface OperationEvent {
  readonly action: OperationAction;
  /** Of the policy. */
  readonly name: string;
  /** In ms since 1970. */
  readonly at: number;
  /** Whose token it was, or who was said to do it. */
  readonly by: string | undefined;
  /** For whom, where the holder of a token said so. */
  readonly onBehalfOf: string | undefined;
  readonly reason: string | undefined;
  /** Of circuit breakers, the worst of them. */
  readonly previous?: CircuitBreakerState;
  readonly state?: CircuitBreakerState;
  /** Whether something of it could not be done. */
  readonly failed?: boolean;
  /** Of an execution that was called off. */
  readonly execution?: string;
}

/** The name of what is done this very moment. */
let under: string | undefined;

class Acts extends Emitter<OperationEvent> {
  /** Whether somebody is at it this very moment: what changes of this name now is told with the act. */
  isUnderway(name: string): boolean {
    return under === name;
  }

  /** Does it as one act. */
  run(name: string, work: () => void): void {
    const before = under;
    under = name;
    try {
      work();
    } finally {
      under = before;
    }
  }
}

/** What is done by hand in this process, by whichever routes. */
export const operationEvents = new Acts();
