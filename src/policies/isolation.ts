import type { CircuitBreakerPolicy } from 'cockatiel';
import type { ResilientPolicy } from './types.ts';

interface Handle {
  readonly dispose: () => void;
}

/** So many circuits come before those that are gone are looked for. */
const PRUNE_AFTER = 1000;

/** Holds the circuits of a name open, also of policies that are made later. */
export class Isolation {
  readonly #handles = new WeakMap<CircuitBreakerPolicy, Handle>();
  /** Weak, as a circuit may have been displaced from the registry, and still be in use or not. */
  readonly #circuits = new Set<WeakRef<CircuitBreakerPolicy>>();
  #added = 0;

  /** @throws Error if the policy has no circuit breaker */
  hold(policy: ResilientPolicy): void {
    const handle = policy.isolate();
    const { circuitBreaker } = policy;
    // A policy that is switched off has nothing to hold.
    if (circuitBreaker === undefined) return;
    this.#handles.set(circuitBreaker, handle);
    this.#circuits.add(new WeakRef(circuitBreaker));
    if (++this.#added % PRUNE_AFTER === 0) this.#prune();
  }

  release(): void {
    for (const circuit of this.#circuits) {
      const circuitBreaker = circuit.deref();
      if (circuitBreaker) this.#handles.get(circuitBreaker)?.dispose();
    }
    this.#circuits.clear();
  }

  #prune(): void {
    for (const circuit of this.#circuits) {
      if (circuit.deref() === undefined) this.#circuits.delete(circuit);
    }
  }
}
