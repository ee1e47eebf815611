import type { CircuitBreakerState } from '../semconv/attributes.ts';
import { processWide } from '../shared/process-wide.ts';

/** A circuit breaker has come from one state into another. */
export interface StateChange {
  readonly name: string;
  readonly key: string | undefined;
  readonly previous: CircuitBreakerState;
  readonly state: CircuitBreakerState;
  /** In ms since 1970. */
  readonly at: number;
  /** Of the last failure that it counted. */
  readonly lastErrorType: string | undefined;
  /** Seconds since it left closed; of a recovery only. */
  readonly recoverySeconds: number | undefined;
}

type Listener = (change: StateChange) => void;

const listeners = processWide('state-changes', () => new Set<Listener>());

/** Changes of state as they happen, for those who want to hear of them. */
export const stateChanges = {
  get hasListeners(): boolean {
    return listeners.size > 0;
  },

  /** @returns ends it */
  subscribe(listener: Listener): () => void {
    // One of its own, so that the same function may be given twice.
    const own: Listener = (change) => listener(change);
    listeners.add(own);
    return () => void listeners.delete(own);
  },

  /** @throws what a listener throws, when all have heard */
  emit(change: StateChange): void {
    const faults: unknown[] = [];
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw faults[0];
  },
};
