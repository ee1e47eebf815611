import type { FeedEvent } from '../../operations/events/feed-event.ts';
import { byId, createElement } from './dom.ts';
import { clock } from './format.ts';

const SHAPES: Readonly<Record<FeedEvent['tone'], string>> = {
  bad: '▲',
  warning: '◐',
  good: '●',
  neutral: '○',
};

/** The first and last event on the page. */
let first: FeedEvent | undefined;
let last: FeedEvent | undefined;

/** Shows the events, the latest first. */
export function showEvents(events: readonly FeedEvent[]): void {
  if (events[0] === first && events.at(-1) === last) return;
  first = events[0];
  last = events.at(-1);
  byId('events').replaceChildren(...events.toReversed().map(createItem));
  byId('no-events').hidden = events.length > 0;
}

function createItem({ at, tone, name, text }: FeedEvent): HTMLElement {
  const item = createElement(
    'li',
    { 'data-tone': tone },
    createElement('time', { datetime: new Date(at).toISOString() }, clock(at)),
    createElement('span', { class: 'shape', 'aria-hidden': 'true' }, SHAPES[tone]),
  );
  item.append(createElement('b', {}, name), createElement('span', {}, text));
  return item;
}
