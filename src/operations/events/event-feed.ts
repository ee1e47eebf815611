import { Teller } from '../../shared/emitter.ts';
import { NEWS, type NewsItem } from './feed-event.ts';

/** What happened last, and what happens. */
export interface News {
  /** The oldest first. */
  list(): NewsItem[];
  /** @returns ends it */
  listen(listener: (item: NewsItem) => void): () => void;
}

/** News in memory. */
export class Feed implements News {
  readonly #items: NewsItem[] = [];
  readonly #teller = new Teller<NewsItem>();

  list(): NewsItem[] {
    return [...this.#items];
  }

  listen(listener: (item: NewsItem) => void): () => void {
    return this.#teller.listen(listener);
  }

  add(item: NewsItem): void {
    this.#items.push(item);
    if (this.#items.length > NEWS) this.#items.shift();
    this.#teller.tell(item);
  }
}
