import type { CircuitBreakerAction, CircuitBreakerState } from '../semconv/attributes.ts';

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

type Listener = (act: Act) => void;

const listeners = new Set<Listener>();
let under = false;

/** What is done by hand in this process, by whichever routes. */
export const acts = {
  /** Whether somebody is at it this very moment: what changes now is told with the act. */
  get underway(): boolean {
    return under;
  },

  /** @returns ends it */
  listen(listener: Listener): () => void {
    const own: Listener = (act) => listener(act);
    listeners.add(own);
    return () => void listeners.delete(own);
  },

  /** @param listener must not throw, as none of ours does */
  tell(act: Act): void {
    for (const listener of listeners) listener(act);
  },

  /** Does it as one act. */
  run<T>(work: () => T): T {
    under = true;
    try {
      return work();
    } finally {
      under = false;
    }
  },
};
