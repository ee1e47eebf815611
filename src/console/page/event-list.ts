import type { FeedEvent } from '../../operations/events/feed-event.ts';
import { byId, make } from './dom.ts';
import { clock } from './format.ts';

const SHAPES: Readonly<Record<FeedEvent['tone'], string>> = {
  bad: '▲',
  warning: '◐',
  good: '●',
  neutral: '○',
};

let first: FeedEvent | undefined;
let last: FeedEvent | undefined;

/** What just happened, the latest first. */
export function showNews(news: readonly FeedEvent[]): void {
  if (news[0] === first && news.at(-1) === last) return;
  first = news[0];
  last = news.at(-1);
  byId('news').replaceChildren(...news.toReversed().map(lineOf));
  byId('no-news').hidden = news.length > 0;
}

function lineOf({ at, tone, name, text }: FeedEvent): HTMLElement {
  const item = make(
    'li',
    { 'data-tone': tone },
    make('time', { datetime: new Date(at).toISOString() }, clock(at)),
    make('span', { class: 'shape', 'aria-hidden': 'true' }, SHAPES[tone]),
  );
  const about = make('b');
  about.textContent = name;
  const what = make('span');
  what.textContent = text;
  item.append(about, what);
  return item;
}
