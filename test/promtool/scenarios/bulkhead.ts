import { ATTR_BULKHEAD_RESULT } from '../../../src/semconv/attributes.ts';
import { BULKHEAD_ACTIVE, BULKHEAD_CALLS, BULKHEAD_LIMIT } from '../../../src/semconv/metrics.ts';
import { always, minutes, never, T, type Table } from '../scenario.ts';
import { closed, type Replica, type Value } from '../series.ts';
import { shareScenarios } from './shares.ts';

const rejections: Table = {
  alert: 'ResilienceBulkheadRejections',
  label: 'policy',
  scenarios: shareScenarios({
    metric: BULKHEAD_CALLS,
    bad: { [ATTR_BULKHEAD_RESULT]: 'rejected' },
    good: { [ATTR_BULKHEAD_RESULT]: 'accepted' },
    ratio: 0.01,
    atLeast: 5,
  }),
};

const slots = (instance: string, active: Value, limit: Value = () => 10, more = {}): Replica => ({
  instance,
  series: [
    ...closed(BULKHEAD_ACTIVE, 'servicenow', [[{}, active]]),
    ...closed(BULKHEAD_LIMIT, 'servicenow', [[{}, limit]]),
  ],
  ...more,
});

const between =
  (from: number, to: number, inside: number, outside = 0): Value =>
  (time) =>
    time >= from && time < to ? inside : outside;

const saturated: Table = {
  alert: 'ResilienceBulkheadSaturated',
  label: 'instance',
  scenarios: [
    {
      title: 'fires for a replica whose bulkhead is full for 5 min, and resolves',
      replicas: [slots('a', between(T, T + minutes(20), 10)), slots('b', () => 2)],
      firing: {
        [T + minutes(3)]: [],
        ...always(['a'], T + minutes(6), T + minutes(19)),
        [T + minutes(22)]: [],
      },
    },
    {
      title: 'fires although a slot is free at times, and scrapes are missed now and 5 min ago',
      replicas: [
        slots(
          'a',
          (time) => (time < T ? 0 : time % 600 === 0 ? 8 : 10),
          () => 10,
          {
            missed: [[T + minutes(12), T + minutes(13)]],
          },
        ),
      ],
      firing: always(['a'], T + minutes(7), T + minutes(30)),
    },
    {
      title: 'fires for two bulkheads that share a name: their slots are summed',
      replicas: [slots('a', between(T, T * 9, 19), () => 20)],
      firing: { [T]: [], ...always(['a'], T + minutes(6), T + minutes(10)) },
    },
    {
      title: 'stays silent at 9 of 10 slots, and without calls',
      replicas: [slots('a', () => 9), slots('idle', () => 0)],
      firing: never(T + minutes(10)),
    },
    {
      title: 'stays silent after 4 min, and for a replica that has just started',
      replicas: [
        slots('a', between(T, T + minutes(4), 10)),
        slots(
          'young',
          () => 10,
          () => 10,
          { down: [[0, T]] },
        ),
      ],
      firing: always([], 0, T + minutes(4)),
    },
    {
      title: 'stays silent after the policies are disposed and reported a final zero',
      replicas: [slots('a', between(0, T, 5), between(0, T, 10))],
      firing: never(T + minutes(10)),
    },
    {
      title: 'stays silent in the first minutes of a policy that is created again',
      replicas: [slots('a', between(T, T * 9, 10), between(minutes(5), T, 0, 10))],
      firing: never(T + minutes(4)),
    },
    {
      title: 'stays silent over a restart and a gap of 6 min',
      replicas: [
        slots(
          'a',
          () => 5,
          () => 10,
          { down: [[T, T + 20]], missed: [[T + 300, T + 660]] },
        ),
      ],
      firing: never(T + minutes(20)),
    },
  ],
};

export const tables = [rejections, saturated];
