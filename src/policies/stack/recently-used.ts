/** Whether a value may be evicted: `isolated` never, `busy` only if all other values are busy too. */
export type Use = 'idle' | 'busy' | 'isolated';

interface Options<V> {
  /** Number of values; exceeded only if all of them are isolated. */
  readonly max: number;
  readonly useOf: (value: V) => Use;
  /** Runs for each value that is removed. */
  readonly dispose: (value: V) => void;
}

/**
 * A map of the most recently used values. Packages with such a map evict a value whatever its state.
 */
export class RecentlyUsed<V> {
  /** The least recently used value comes first. */
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

  /** Adds a value under a new key. */
  add(key: string, value: V): void {
    if (this.#values.size >= this.#options.max) {
      const evicted = this.#keyToEvict();
      if (evicted !== undefined) this.delete(evicted);
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

  #keyToEvict(): string | undefined {
    let busyKey: string | undefined;
    for (const [key, value] of this.#values) {
      const use = this.#options.useOf(value);
      if (use === 'idle') return key;
      if (use === 'busy') busyKey ??= key;
    }
    return busyKey;
  }
}
