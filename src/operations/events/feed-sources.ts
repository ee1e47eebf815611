import { dependencyChanges } from '../../dependencies/monitor/dependency-changes.ts';
import { stateChanges } from '../../metrics/state-changes.ts';
import { sanitizeLine } from '../../shared/sanitize.ts';
import { describeOperation, describeStateChange } from './descriptions.ts';
import type { EventFeed } from './event-feed.ts';
import { operationEvents } from './operation-events.ts';

/**
 * Fills a feed with what happens in this process from now on.
 *
 * @returns ends it
 */
export function feedEvents(feed: EventFeed): () => void {
  const ends = [
    stateChanges.subscribe((change) => {
      const { name, key, at } = change;
      if (operationEvents.isUnderway(name)) return;
      const { text, tone } = describeStateChange(change);
      const which = key === undefined || key === name ? '' : `${sanitizeLine(key)}: `;
      feed.add({ at, kind: 'state_change', name, text: `${which}${text}`, tone });
    }),
    operationEvents.subscribe((act) => {
      const { name, at } = act;
      const { text, tone } = describeOperation(act);
      feed.add({ at, kind: 'administration', name, text, tone });
    }),
    dependencyChanges.subscribe(({ name, available, error }) => {
      feed.add({
        at: Date.now(),
        kind: 'dependency',
        name,
        text: available ? 'is available again' : `is not available: ${error}`,
        tone: available ? 'good' : 'bad',
      });
    }),
  ];
  return function end() {
    for (const each of ends) each();
  };
}
