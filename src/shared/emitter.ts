import { reportFault } from './diagnostics.ts';
import { runDetached } from './logger.ts';

/** Calls listeners with values. Errors of listeners are reported, and do not reach the emitting code. */
export class Emitter<T> {
  readonly #listeners: Set<(value: T) => void>;

  /** @param listeners a set that several emitters share */
  constructor(listeners: Set<(value: T) => void> = new Set()) {
    this.#listeners = listeners;
  }

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  /** @returns a function that removes the listener */
  subscribe(listener: (value: T) => void): () => void {
    // A new function for each subscription, so that the same listener can subscribe twice.
    const subscription = (value: T) => listener(value);
    this.#listeners.add(subscription);
    return () => void this.#listeners.delete(subscription);
  }

  /** @param onError receives the errors of listeners */
  emit(value: T, onError: (error: unknown) => void = reportFault): void {
    for (const listener of this.#listeners) runDetached(() => listener(value), onError);
  }
}
