import { Emitter } from '../../shared/emitter.ts';
import { FEED_LIMIT, type FeedEvent } from './feed-event.ts';

/** The last events, and those to come. */
export interface EventSource {
  /** The oldest first. */
  list(): FeedEvent[];
  /** @returns a function that removes the listener */
  subscribe(listener: (event: FeedEvent) => void): () => void;
}

/** Keeps the last events in memory. */
export class EventFeed implements EventSource {
  readonly #events: FeedEvent[] = [];
  readonly #emitter = new Emitter<FeedEvent>();

  list(): FeedEvent[] {
    return [...this.#events];
  }

  subscribe(listener: (event: FeedEvent) => void): () => void {
    return this.#emitter.subscribe(listener);
  }

  add(event: FeedEvent): void {
    this.#events.push(event);
    if (this.#events.length > FEED_LIMIT) this.#events.shift();
    this.#emitter.emit(event);
  }
}
