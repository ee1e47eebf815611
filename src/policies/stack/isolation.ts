import type { CircuitBreakerPolicy } from 'cockatiel';
import type { ResilientPolicy } from '../members/types.ts';

interface Handle {
  readonly dispose: () => void;
}

/** Collected circuits are removed from the set after this many additions. */
const PRUNE_INTERVAL = 1000;

/** Isolates the circuits of a name, including those of policies that are created later. */
export class Isolation {
  readonly #handles = new WeakMap<CircuitBreakerPolicy, Handle>();
  /** Weak, because callers may or may not still use a circuit that the registry has evicted. */
  readonly #circuits = new Set<WeakRef<CircuitBreakerPolicy>>();
  #added = 0;

  /** @throws Error if the policy has no circuit breaker */
  add(policy: ResilientPolicy): void {
    const handle = policy.isolate();
    const { circuitBreaker } = policy;
    // A pass-through has no circuit.
    if (circuitBreaker === undefined) return;
    this.#handles.set(circuitBreaker, handle);
    this.#circuits.add(new WeakRef(circuitBreaker));
    if (++this.#added % PRUNE_INTERVAL === 0) this.#prune();
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
