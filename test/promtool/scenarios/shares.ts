import type { Metric } from '../../../src/semconv/metrics.ts';
import { always, minutes, never, type Scenario, T } from '../scenario.ts';
import { burst, closed, flow, type Replica, type Value } from '../series.ts';

/** A share of calls that ended in one way, as several alerts judge it. */
export interface ShareOf {
  readonly metric: Metric;
  /** The attributes of what is bad, and of all else. */
  readonly bad: Readonly<Record<string, string>>;
  readonly good: Readonly<Record<string, string>>;
  readonly ratio: number;
  readonly atLeast: number;
}

/** What must be true of every alert on a share, at its own limits, in a window of 10 min. */
export function shareScenarios({ metric, bad, good, ratio, atLeast }: ShareOf): Scenario[] {
  const replica = (instance: string, badly: Value, well: Value, more = {}): Replica => ({
    instance,
    series: closed(metric, 'servicenow', [
      [bad, badly],
      [good, well],
    ]),
    ...more,
  });
  const calls = atLeast / ratio;
  return [
    {
      title: 'twice the limit: fires, and resolves when the window is over',
      replicas: [replica('a', burst(atLeast * 2, T + 5), burst(calls - atLeast * 2, T + 5))],
      firing: {
        [T]: [],
        [T + minutes(2)]: ['servicenow'],
        [T + minutes(8)]: ['servicenow'],
        [T + minutes(13)]: [],
      },
    },
    {
      title: 'all calls are affected, through a restart, a missed scrape and new replicas: fires',
      replicas: [
        replica('a', flow(0.2, T), () => 0, {
          down: [[T + minutes(15), T + minutes(15) + 20]],
          missed: [[T + minutes(25), T + minutes(26)]],
        }),
        replica('b', flow(0.2, T), () => 0, { down: [[T + minutes(10), T * 9]] }),
        replica('c', flow(0.2, T), () => 0, { down: [[0, T + minutes(10)]] }),
      ],
      firing: { [T]: [], ...always(['servicenow'], T + minutes(6), T + minutes(40)) },
    },
    {
      title: 'half of the limit, with restarts: stays silent',
      replicas: [
        replica('a', flow(ratio / 2), flow(1 - ratio / 2)),
        replica('b', flow(ratio / 2), flow(1 - ratio / 2), {
          down: [
            [T, T + 20],
            [T + minutes(5), T + minutes(5) + 20],
          ],
        }),
      ],
      firing: always([], minutes(2), T + minutes(20)),
    },
    {
      title: 'exactly the limit: stays silent',
      replicas: [replica('a', burst(atLeast * 4, T + 5), burst(calls * 4 - atLeast * 4, T + 5))],
      firing: never(T + minutes(20)),
    },
    {
      title: 'one call fewer than the floor, all affected: stays silent',
      replicas: [replica('a', burst(atLeast - 1, T + 5), () => 0)],
      firing: never(T + minutes(20)),
    },
    {
      title: 'one of ten calls: stays silent',
      replicas: [replica('a', burst(1, T + 5), burst(9, T + 5))],
      firing: never(T + minutes(20)),
    },
    {
      title: 'no calls, and a gap of 6 min: stays silent',
      replicas: [
        replica(
          'idle',
          () => 0,
          () => 0,
        ),
        replica('a', burst(900, 5), burst(100, 5), {
          missed: [[T, T + minutes(6)]],
        }),
      ],
      firing: always([], minutes(17), T + minutes(30)),
    },
    {
      title: 'does not count events before the first scrape of an old process',
      replicas: [replica('a', burst(900, 1), burst(100, 1), { missed: [[0, T]] })],
      firing: never(T + minutes(20)),
    },
  ];
}
