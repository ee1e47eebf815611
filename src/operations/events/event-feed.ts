import { Emitter } from '../../shared/emitter.ts';
import { FEED_LIMIT, type FeedEvent } from './feed-event.ts';

/** What happened last, and what happens. */
export interface EventSource {
  /** The oldest first. */
  list(): FeedEvent[];
  /** @returns ends it */
  listen(listener: (item: FeedEvent) => void): () => void;
}

/** News in memory. */
export class EventFeed implements EventSource {
  readonly #items: FeedEvent[] = [];
  readonly #teller = new Emitter<FeedEvent>();

  list(): FeedEvent[] {
    return [...this.#items];
  }

  listen(listener: (item: FeedEvent) => void): () => void {
    return this.#teller.subscribe(listener);
  }

  add(item: FeedEvent): void {
    this.#items.push(item);
    if (this.#items.length > FEED_LIMIT) this.#items.shift();
    this.#teller.emit(item);
  }
}
