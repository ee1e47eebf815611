import { ATTR_DEPENDENCY_RESULT } from '../../../src/semconv/attributes.ts';
import { DEPENDENCY_AVAILABLE, DEPENDENCY_CHECK_DURATION } from '../../../src/semconv/metrics.ts';
import { always, minutes, never, T, type Table } from '../scenario.ts';
import { closed, type Event, histogram, type Replica, type Value } from '../series.ts';

const TEN = Array.from({ length: 10 }, (_, i) => `dependency ${i}`);

/** A replica and which of ten dependencies it can reach. */
const reaches = (instance: string, value: (dependency: number) => Value, more = {}): Replica => ({
  instance,
  series: TEN.flatMap((name, i) => closed(DEPENDENCY_AVAILABLE, name, [[{}, value(i)]])),
  ...more,
});

const lost =
  (count: number, from = T, to = T + minutes(20)) =>
  (dependency: number): Value =>
  (time) =>
    dependency < count && time >= from && time < to ? 0 : 1;

const belowQuorum: Table = {
  alert: 'ResilienceDependenciesBelowQuorum',
  label: 'job',
  scenarios: [
    {
      title: '7 of 10 are available: fires after 2 min, and resolves',
      replicas: [reaches('a', lost(3)), reaches('b', lost(3))],
      firing: {
        [T]: [],
        [T + minutes(1)]: [],
        ...always(['job'], T + minutes(5), T + minutes(19)),
        [T + minutes(23)]: [],
      },
    },
    {
      title: 'fires on through a restart and missed scrapes of the only replica',
      replicas: [
        reaches('a', lost(10), {
          down: [[T + minutes(8), T + minutes(8) + 10]],
          missed: [[T + minutes(12), T + minutes(13)]],
        }),
      ],
      firing: always(['job'], T + minutes(5), T + minutes(19)),
    },
    {
      title: '8 of 10 are available on each of several replicas: stays silent',
      replicas: [
        reaches('a', lost(2)),
        reaches('b', (i) => lost(10)(i > 7 ? 0 : 20)),
        reaches('c', (i) => lost(10)(i === 3 || i === 6 ? 0 : 20)),
        reaches('d', lost(2)),
      ],
      firing: never(T + minutes(20)),
    },
    ...[0, 3, 6, 8].map((first) => ({
      title: `8 of 10 are available, ${first} and ${first + 1} are not: stays silent`,
      replicas: [reaches('a', (i) => lost(10)(i === first || i === first + 1 ? 0 : 20))],
      firing: never(T + minutes(10)),
    })),
    {
      title: 'one of 3 replicas reaches no dependency: stays silent',
      replicas: [reaches('a', lost(10)), reaches('b', lost(0)), reaches('c', lost(0))],
      firing: never(T + minutes(20)),
    },
    {
      title: 'one of 2 replicas reaches no dependency, both for a minute: stays silent',
      replicas: [reaches('a', lost(10)), reaches('b', lost(10, T + minutes(5), T + minutes(6)))],
      firing: never(T + minutes(20)),
    },
    {
      title: 'all are available, through a restart and a gap, or there are no checks: stays silent',
      replicas: [
        reaches('a', lost(0), { down: [[T, T + 20]], missed: [[T + 300, T + 660]] }),
        { instance: 'b', series: [] },
      ],
      firing: never(T + minutes(20)),
    },
  ],
};

type Check = Event & { readonly seconds: number };

const checks = (instance: string, observed: readonly Check[], more = {}): Replica => ({
  instance,
  series: [
    ...closed(DEPENDENCY_AVAILABLE, 'jira', [[{}, () => 1]]),
    ...histogram(
      DEPENDENCY_CHECK_DURATION,
      'jira',
      { [ATTR_DEPENDENCY_RESULT]: 'slow' },
      observed.filter(({ seconds }) => seconds > 5),
    ),
    ...histogram(
      DEPENDENCY_CHECK_DURATION,
      'jira',
      { [ATTR_DEPENDENCY_RESULT]: 'available' },
      observed.filter(({ seconds }) => seconds <= 5),
    ),
  ],
  ...more,
});

const QUICK: Check = { at: 0, count: 1 / 30, until: Number.MAX_SAFE_INTEGER, seconds: 0.2 };

const slow: Table = {
  alert: 'ResilienceDependencySlow',
  label: 'dependency',
  scenarios: [
    {
      title: 'fires for two slow checks on different replicas, and resolves',
      replicas: [
        checks('a', [QUICK, { at: 60, seconds: 7 }, { at: T + 5, seconds: 7 }]),
        checks('b', [QUICK, { at: 60, seconds: 7 }, { at: T + 65, seconds: 6 }]),
      ],
      firing: {
        [T + minutes(1)]: [],
        [T + minutes(3)]: ['jira'],
        [T + minutes(4)]: ['jira'],
        [T + minutes(8)]: [],
      },
    },
    {
      title: 'fires for two slow checks between two samples',
      replicas: [checks('a', [QUICK, { at: 60, seconds: 7 }, { at: T + 2, count: 2, seconds: 7 }])],
      firing: { [T]: [], [T + minutes(2)]: ['jira'], [T + minutes(8)]: [] },
    },
    {
      title: 'fires on through a restart and a missed scrape while checks are slow',
      replicas: [
        checks('a', [QUICK, { at: T, count: 1 / 30, until: T * 9, seconds: 8 }], {
          down: [[T + minutes(10), T + minutes(10) + 20]],
          missed: [[T + minutes(20), T + minutes(21)]],
        }),
      ],
      firing: {
        [T]: [],
        ...always(['jira'], T + minutes(3), T + minutes(9)),
        ...always(['jira'], T + minutes(13), T + minutes(30)),
      },
    },
    {
      title: 'stays silent at one slow check in 6 min',
      replicas: [
        checks('a', [
          QUICK,
          ...[0, 6, 13, 20].map((at) => ({ at: T + minutes(at) + 5, seconds: 30 })),
        ]),
      ],
      firing: never(T + minutes(30)),
    },
    {
      title: 'stays silent at one slow check of a replica that has just started',
      replicas: [
        checks('a', [QUICK]),
        checks('new', [QUICK, { at: T + 40, seconds: 7 }], { down: [[0, T + 1]] }),
      ],
      firing: never(T + minutes(10)),
    },
    {
      title: 'stays silent when checks take exactly 5 s, and without checks',
      replicas: [checks('a', [{ ...QUICK, seconds: 5 }]), checks('idle', [])],
      firing: never(T + minutes(10)),
    },
    {
      title:
        'stays silent over a restart, a gap of 6 min, and an old process that is new to Prometheus',
      replicas: [
        checks('a', [QUICK, { at: 60, count: 9, seconds: 9 }], {
          down: [[T, T + 20]],
          missed: [[T + 300, T + 660]],
        }),
        checks('b', [QUICK, { at: 30, count: 9, seconds: 9 }], { missed: [[T, T + 360]] }),
      ],
      firing: always([], minutes(8), T + minutes(20)),
    },
    {
      title: 'does not count checks before the first scrape of an old process',
      replicas: [checks('a', [QUICK, { at: 60, count: 9, seconds: 9 }], { missed: [[0, T]] })],
      firing: never(T + minutes(20)),
    },
  ],
};

export const tables = [belowQuorum, slow];
