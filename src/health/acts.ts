import type { CircuitBreakerAction, CircuitBreakerState } from '../semconv/attributes.ts';
import { Teller } from './teller.ts';

export type Action = CircuitBreakerAction | 'abort';

/** Somebody has done something by hand. */
export interface Act {
  readonly action: Action;
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
  /** Of an execution that was called off. */
  readonly execution?: string;
}

let under = false;

class Acts extends Teller<Act> {
  /** Whether somebody is at it this very moment: what changes now is told with the act. */
  get underway(): boolean {
    return under;
  }

  /** Does it as one act. */
  run<T>(work: () => T): T {
    under = true;
    try {
      return work();
    } finally {
      under = false;
    }
  }
}

/** What is done by hand in this process, by whichever routes. */
export const acts = new Acts();
