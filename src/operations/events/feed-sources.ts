import { dependencyChanges } from '../../dependencies/dependency-changes.ts';
import { changes } from '../../metrics/state-changes.ts';
import { short } from '../../shared/sanitize.ts';
import { sayAct, sayChange } from './descriptions.ts';
import type { Feed } from './event-feed.ts';
import { acts } from './operation-events.ts';

/**
 * Fills a feed with what happens in this process from now on.
 *
 * @returns ends it
 */
export function report(feed: Feed): () => void {
  const ends = [
    changes.listen((change) => {
      const { name, key, at } = change;
      if (acts.isUnderway(name)) return;
      const { text, tone } = sayChange(change);
      const which = key === undefined || key === name ? '' : `${short(key)}: `;
      feed.add({ at, kind: 'state_change', name, text: `${which}${text}`, tone });
    }),
    acts.listen((act) => {
      const { name, at } = act;
      const { text, tone } = sayAct(act);
      feed.add({ at, kind: 'administration', name, text, tone });
    }),
    dependencyChanges.listen(({ name, available, error }) => {
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
