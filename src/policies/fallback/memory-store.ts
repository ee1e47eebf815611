import { LRUCache } from 'lru-cache';
import type { Copier } from './copy-mode.ts';
import { type Moment, secondsSince } from './moment.ts';

interface Kept {
  readonly value: unknown;
  readonly began: Moment;
}

/** The last good values of one policy, by key. */
export class MemoryStore {
  readonly #values: LRUCache<string, Kept>;
  readonly #copier: Copier;
  readonly #maxAgeSeconds: number;

  constructor(maxKeys: number, maxAgeSeconds: number, copier: Copier) {
    this.#values = new LRUCache({ max: maxKeys });
    this.#copier = copier;
    this.#maxAgeSeconds = maxAgeSeconds;
  }

  /**
   * @param began when the attempt that gave the value did; one that began later has the later value
   * @throws Error if the value can't be copied; then nothing is kept under the key
   */
  keep(key: string, value: unknown, began: Moment): void {
    const before = this.#values.peek(key);
    if (before && before.began.steady > began.steady) return;
    this.#values.delete(key);
    this.#values.set(key, { value: this.#copier.keep(value), began });
  }

  /** A value that is no older than it may be. */
  recall(key: string): { readonly value: unknown; readonly ageSeconds: number } | undefined {
    const kept = this.#values.get(key);
    if (kept === undefined) return undefined;
    const ageSeconds = secondsSince(kept.began);
    if (ageSeconds <= this.#maxAgeSeconds) {
      return { value: this.#copier.hand(kept.value), ageSeconds };
    }
    this.#values.delete(key);
    return undefined;
  }
}
