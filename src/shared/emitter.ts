import { reportFault } from './diagnostics.ts';
import { quietly } from './logger.ts';

/** Tells what happens to those who want to hear of it; nothing that they do comes back. */
export class Teller<T> {
  readonly #listeners = new Set<(told: T) => void>();

  /** @returns ends it */
  listen(listener: (told: T) => void): () => void {
    // One of its own, so that the same function may be given twice.
    const own = (told: T) => listener(told);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  tell(told: T): void {
    for (const listener of this.#listeners) quietly(() => listener(told), reportFault);
  }
}
