import { dependencyChanges } from '../../dependencies/monitor/dependency-changes.ts';
import { stateChanges } from '../../metrics/state-changes.ts';
import { sanitizeLine } from '../../shared/sanitize.ts';
import { describeOperation, describeStateChange } from './descriptions.ts';
import type { EventFeed } from './event-feed.ts';
import { operationEvents } from './operation-events.ts';

/**
 * Adds the events of this process to a feed.
 *
 * @returns a function that stops it
 */
export function feedProcessEvents(feed: EventFeed): () => void {
  const unsubscribe = [
    stateChanges.subscribe((change) => {
      const { name, key, at } = change;
      if (operationEvents.isInProgress(name)) return;
      const { text, tone } = describeStateChange(change);
      const prefix = key === undefined || key === name ? '' : `${sanitizeLine(key)}: `;
      feed.add({ at, kind: 'state_change', name, text: `${prefix}${text}`, tone });
    }),
    operationEvents.subscribe((operation) => {
      const { name, at } = operation;
      const { text, tone } = describeOperation(operation);
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
  return () => {
    for (const stop of unsubscribe) stop();
  };
}
