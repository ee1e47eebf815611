import { LRUCache } from 'lru-cache';
import { elapsedSince, type Moment } from '../members/moment.ts';
import type { Copier } from './copy-mode.ts';

interface StoredValue {
  readonly value: unknown;
  /** When the attempt that returned the value began. */
  readonly attemptedAt: Moment;
}

/** The last successful values of one policy, by key. */
export class MemoryStore {
  readonly #values: LRUCache<string, StoredValue>;
  readonly #copier: Copier;
  readonly #maxAge: number;

  /** @param maxAge in milliseconds */
  constructor(maxKeys: number, maxAge: number, copier: Copier) {
    this.#values = new LRUCache({ max: maxKeys });
    this.#copier = copier;
    this.#maxAge = maxAge;
  }

  /**
   * Stores a value, unless the key has the value of a later attempt.
   *
   * @throws Error if the value cannot be copied; the key then has no value
   */
  store(key: string, value: unknown, attemptedAt: Moment): void {
    const existing = this.#values.peek(key);
    if (existing && existing.attemptedAt.monotonic > attemptedAt.monotonic) return;
    this.#values.delete(key);
    this.#values.set(key, { value: this.#copier.store(value), attemptedAt });
  }

  /** Returns a value that is not older than `maxAge`, with its age in milliseconds. */
  recall(key: string): { readonly value: unknown; readonly age: number } | undefined {
    const stored = this.#values.get(key);
    if (stored === undefined) return undefined;
    const age = elapsedSince(stored.attemptedAt);
    if (age <= this.#maxAge) return { value: this.#copier.retrieve(stored.value), age };
    this.#values.delete(key);
    return undefined;
  }
}
