import { ATTR_FALLBACK_RESULT, ATTR_FALLBACK_TYPE } from '../../../src/semconv/attributes.ts';
import { FALLBACK_CALLS } from '../../../src/semconv/metrics.ts';
import { always, minutes, never, T, type Table } from '../scenario.ts';
import { burst, closed, flow, type Replica, type Value } from '../series.ts';
import { shareScenarios } from './shares.ts';

const usageHigh: Table = {
  alert: 'ResilienceFallbackUsageHigh',
  label: 'policy',
  scenarios: shareScenarios({
    metric: FALLBACK_CALLS,
    bad: { [ATTR_FALLBACK_RESULT]: 'used', [ATTR_FALLBACK_TYPE]: 'cached' },
    good: { [ATTR_FALLBACK_RESULT]: 'not_used', [ATTR_FALLBACK_TYPE]: 'cached' },
    ratio: 0.1,
    atLeast: 10,
  }),
};

const failed = (instance: string, value: Value, more = {}): Replica => ({
  instance,
  series: closed(FALLBACK_CALLS, 'servicenow', [
    [{ [ATTR_FALLBACK_RESULT]: 'failed', [ATTR_FALLBACK_TYPE]: 'function' }, value],
    [{ [ATTR_FALLBACK_RESULT]: 'used', [ATTR_FALLBACK_TYPE]: 'function' }, flow(1)],
  ]),
  ...more,
});

const failing: Table = {
  alert: 'ResilienceFallbackFailing',
  label: 'policy',
  scenarios: [
    {
      title: '5 failed fallbacks in 10 min on several replicas: fires, and resolves',
      replicas: [failed('a', burst(3, T + 5)), failed('b', burst(2, T + minutes(2) + 5))],
      firing: {
        [T + minutes(2)]: [],
        [T + minutes(4)]: ['servicenow'],
        [T + minutes(9)]: ['servicenow'],
        [T + minutes(14)]: [],
      },
    },
    {
      title:
        'stays silent for what a replica counted before it was first scraped, or out of reach for an hour',
      replicas: [
        failed('old', () => 0),
        failed('new', burst(5, T + 2), { down: [[0, T + 1]] }),
        failed('back', burst(50, 30), { missed: [[minutes(25), minutes(98)]] }),
      ],
      firing: always([], minutes(15), minutes(125)),
    },
    {
      title: 'keeps firing through restarts and missed scrapes',
      replicas: [
        failed('a', flow(0.1, T), {
          down: [[T + minutes(10), T + minutes(10) + 20]],
          missed: [[T + minutes(15), T + minutes(16)]],
        }),
      ],
      firing: { [T]: [], ...always(['servicenow'], T + minutes(5), T + minutes(40)) },
    },
    {
      title: '4 failed fallbacks on one or two replicas: stays silent',
      replicas: [
        failed('a', burst(2, T + 5)),
        failed('b', burst(2, T + 65), { down: [[0, T + 60]] }),
      ],
      firing: never(T + minutes(20)),
    },
    {
      title: 'fallbacks answer, and a replica with many counts restarts: stays silent',
      replicas: [failed('a', burst(500, 5), { down: [[T, T + 20]], missed: [[T + 300, T + 660]] })],
      firing: always([], minutes(12), T + minutes(30)),
    },
    {
      title: 'does not count events before the first scrape of an old process',
      replicas: [failed('a', burst(400, 1), { missed: [[0, T]] })],
      firing: never(T + minutes(20)),
    },
  ],
};

export const tables = [usageHigh, failing];
