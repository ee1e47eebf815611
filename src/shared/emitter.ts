import { reportFault } from './diagnostics.ts';
import { runDetached } from './logger.ts';

/** Tells what happens to those who want to hear of it; nothing that they do comes back. */
export class Emitter<T> {
  readonly #listeners = new Set<(told: T) => void>();

  /** @returns ends it */
  subscribe(listener: (told: T) => void): () => void {
    // One of its own, so that the same function may be given twice.
    const own = (told: T) => listener(told);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  emit(told: T): void {
    for (const listener of this.#listeners) runDetached(() => listener(told), reportFault);
  }
}
