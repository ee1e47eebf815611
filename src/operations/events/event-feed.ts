import { NEWS } from '../../console/protocol/retention.ts';
import { Teller } from '../../shared/emitter.ts';

/** Something that has just happened. */
export interface NewsItem {
  /** In ms since 1970. */
  readonly at: number;
  readonly kind: 'state_change' | 'administration' | 'dependency';
  /** Of the policy or the dependency. */
  readonly name: string;
  readonly text: string;
  readonly tone: 'bad' | 'warning' | 'good' | 'neutral';
}

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
