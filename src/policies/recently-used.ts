/** Whether a value may be displaced: `held` never, `busy` only where every other one is busy too. */
export type Use = 'idle' | 'busy' | 'held';

interface Options<V> {
  /** More values are kept only where all others are held. */
  readonly max: number;
  readonly useOf: (value: V) => Use;
  /** Is called with each value that goes. */
  readonly dispose: (value: V) => void;
}

/**
 * A map of the values that were used last. (Packages with such a map displace a value whatever state
 * it is in.)
 */
export class RecentlyUsed<V> {
  /** The value that was used longest ago comes first. */
  readonly #values = new Map<string, V>();
  readonly #options: Options<V>;

  constructor(options: Options<V>) {
    this.#options = options;
  }

  peek(key: string): V | undefined {
    return this.#values.get(key);
  }

  get(key: string): V | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) {
      this.#values.delete(key);
      this.#values.set(key, value);
    }
    return value;
  }

  /** Adds a value under a key that has none. */
  add(key: string, value: V): void {
    if (this.#values.size >= this.#options.max) {
      const victim = this.#victim();
      if (victim !== undefined) this.delete(victim);
    }
    this.#values.set(key, value);
  }

  delete(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#options.dispose(value);
  }

  clear(): void {
    for (const key of this.keys()) this.delete(key);
  }

  keys(): string[] {
    return [...this.#values.keys()];
  }

  values(): V[] {
    return [...this.#values.values()];
  }

  #victim(): string | undefined {
    let busy: string | undefined;
    for (const [key, value] of this.#values) {
      const use = this.#options.useOf(value);
      if (use === 'idle') return key;
      if (use === 'busy') busy ??= key;
    }
    return busy;
  }
}
