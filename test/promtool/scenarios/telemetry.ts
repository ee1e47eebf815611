import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_METRIC_OVERFLOW,
} from '../../../src/semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TIME,
  EXECUTIONS,
  TELEMETRY_ERRORS,
} from '../../../src/semconv/metrics.ts';
import { CLOSED, circuits, outage } from '../circuit.ts';
import { always, minutes, never, T, type Table } from '../scenario.ts';
import { burst, closed, flow, type Replica, type Value } from '../series.ts';

const END = T + minutes(200);
/** An hour of a past. */
const HOUR = minutes(70);

const absent: Table = {
  alert: 'ResilienceMetricsAbsent',
  who: 'job',
  scenarios: [
    {
      says: 'fires 10 min after the last replica is gone, and ends by itself an hour after it',
      replicas: [
        circuits('a', [CLOSED], { down: [[HOUR, END]] }),
        circuits('b', [CLOSED], { down: [[HOUR + 30, END]] }),
      ],
      firing: {
        [HOUR]: [],
        [HOUR + minutes(9)]: [],
        ...always(['job'], HOUR + minutes(18), HOUR + minutes(60)),
        [HOUR + minutes(68)]: [],
        [HOUR + minutes(100)]: [],
      },
    },
    {
      says: 'fires where an hour ago a scrape was missed, and resolves when the job is back',
      replicas: [
        circuits('a', [CLOSED], {
          down: [[HOUR, HOUR + minutes(30)]],
          missed: [[HOUR - minutes(40), HOUR - minutes(39)]],
        }),
      ],
      firing: {
        ...always(['job'], HOUR + minutes(18), HOUR + minutes(30) - 60),
        [HOUR + minutes(32)]: [],
      },
    },
    {
      says: 'stays silent over a rolling restart, and one that leaves nobody for 4 min',
      replicas: [
        circuits('a', [CLOSED], { down: [[HOUR, END]] }),
        circuits('b', [CLOSED], { down: [[HOUR + 60, END]] }),
        circuits('c', [CLOSED], { down: [[0, HOUR + 30]] }),
        circuits('d', [CLOSED], {
          down: [
            [0, HOUR + 90],
            [HOUR + minutes(60), END],
          ],
        }),
      ].map((replica, i) =>
        i === 2 ? { ...replica, missed: [[HOUR + 3600, HOUR + 3840]] } : replica,
      ),
      firing: never(HOUR + minutes(120)),
    },
    {
      says: 'stays silent where nobody calls, for a job that never had any, and for one of 5 min',
      replicas: [
        circuits('idle', [CLOSED], { calls: false }),
        circuits('gone', [CLOSED], { down: [[T, END]] }),
      ],
      firing: never(T + minutes(100)),
    },
    {
      says: 'stays silent for a job of 5 min',
      replicas: [
        circuits('a', [CLOSED], {
          down: [
            [0, T],
            [T + minutes(5), END],
          ],
        }),
      ],
      firing: never(T + minutes(100)),
    },
  ],
};

/** A breaker whose clock is not the wall's. */
const clock = (instance: string, time: Value, more = {}, state: Value = () => 1): Replica => ({
  instance,
  series: [
    ...closed(CIRCUIT_BREAKER_TIME, 'servicenow', [
      [{ [ATTR_CIRCUIT_BREAKER_STATE]: 'closed' }, time],
    ]),
    ...closed(CIRCUIT_BREAKER_STATE, 'servicenow', [
      [{ [ATTR_CIRCUIT_BREAKER_STATE]: 'closed' }, state],
    ]),
  ],
  ...more,
});

const clockStopped: Table = {
  alert: 'ResilienceStateClockStopped',
  who: 'instance',
  scenarios: [
    {
      says: 'fires for the replica whose clock stands still, and resolves when it goes again',
      replicas: [
        clock('a', (time) => Math.min(time, T) + Math.max(0, time - T - minutes(30))),
        clock('b', (time) => time),
      ],
      firing: {
        [T]: [],
        ...always(['a'], T + minutes(3), T + minutes(30)),
        [T + minutes(41)]: [],
      },
    },
    {
      says: 'fires where it runs at half or at double speed, whatever scrape is missed',
      replicas: [
        clock('half', (time) => time / 2, { missed: [[T + 30, T + 60]] }),
        clock('double', (time) => time * 2),
      ],
      firing: { [T]: ['half', 'double'], [T + minutes(5)]: ['half', 'double'] },
    },
    {
      says: 'stays silent where it is off by 9 %, the breaker opens, probes slowly, or is isolated',
      replicas: [
        clock('a', (time) => time * 1.09),
        clock('b', (time) => time * 0.91),
        circuits('c', [outage(T + 7, minutes(7)), outage(T + 65, 30)]),
        circuits('d', [outage(T + 1, minutes(30), { probeSeconds: 30 })]),
        circuits('e', [
          [
            { state: 'closed', seconds: T + 11 },
            { state: 'isolated', seconds: 0 },
          ],
        ]),
      ],
      firing: never(T + minutes(40)),
    },
    {
      says: 'stays silent over restarts, missed scrapes, a gap, new replicas and those that are gone',
      replicas: [
        circuits('a', [CLOSED], {
          down: [
            [T, T + 20],
            [T + 1000, T + 1003],
          ],
          missed: [[T + 300, T + 360]],
        }),
        circuits('b', [CLOSED], { missed: [[T, T + 360]] }),
        circuits('c', [CLOSED], { down: [[0, T + 3]] }),
        circuits('d', [CLOSED], { down: [[T + 3, T * 9]] }),
        circuits('e', [CLOSED], { missed: [[0, T]] }),
      ],
      firing: never(T + minutes(40)),
    },
    {
      says: 'stays silent where breakers come and go under one name, and where all are gone',
      replicas: [
        clock(
          'second breaker',
          (time) => time + Math.max(0, time - T),
          {},
          (time) => (time < T ? 1 : 2),
        ),
        clock(
          'gone',
          (time) => Math.min(time, T),
          {},
          (time) => (time < T ? 1 : 0),
        ),
        // One for each request: there are 2 now and then.
        clock(
          'requests',
          (time) => time * 1.5,
          {},
          (time) => (time % 180 < 90 ? 1 : 2),
        ),
      ],
      firing: never(T + minutes(40)),
    },
  ],
};

const overflow: Table = {
  alert: 'ResilienceMetricsOverflow',
  who: 'job',
  scenarios: [
    {
      says: 'fires while there is an overflow series, and resolves when the process is gone',
      replicas: [
        {
          instance: 'a',
          series: [
            {
              metric: EXECUTIONS,
              attributes: { [ATTR_METRIC_OVERFLOW]: 'true' },
              value: (time) => (time < T ? undefined : time),
              counts: false,
            },
          ],
          down: [[T + minutes(30), END]],
          missed: [[T + 300, T + 300]],
        },
      ],
      firing: {
        [T - 60]: [],
        ...always(['job'], T, T + minutes(29)),
        [T + minutes(36)]: [],
      },
    },
    {
      says: 'stays silent for series that are kept apart, over a restart, and idle',
      replicas: [
        { instance: 'a', series: closed(EXECUTIONS, 'servicenow', []), down: [[T, T + 20]] },
        circuits('b', [CLOSED]),
      ],
      firing: never(T + minutes(10)),
    },
  ],
};

const faults = (instance: string, value: Value, more = {}): Replica => ({
  instance,
  series: closed(TELEMETRY_ERRORS, 'servicenow', [[{}, value]]),
  ...more,
});

const errors: Table = {
  alert: 'ResilienceTelemetryErrors',
  who: 'policy',
  scenarios: [
    {
      says: 'fires for a single one, and resolves',
      replicas: [faults('a', burst(1, T + 5))],
      firing: {
        [T]: [],
        [T + minutes(2)]: ['servicenow'],
        [T + minutes(4)]: ['servicenow'],
        [T + minutes(8)]: [],
      },
    },
    {
      says: 'stays silent for what a replica counted before it was first scraped',
      replicas: [faults('a', () => 0), faults('new', burst(1, T + 2), { down: [[0, T + 1]] })],
      firing: never(T + minutes(8)),
    },
    {
      says: 'fires on through a restart and a missed scrape',
      replicas: [
        faults('a', flow(0.05, T), {
          down: [[T + minutes(10), T + minutes(10) + 20]],
          missed: [[T + minutes(15), T + minutes(16)]],
        }),
      ],
      firing: { [T]: [], ...always(['servicenow'], T + minutes(3), T + minutes(30)) },
    },
    {
      says: 'stays silent where there is none, and over a restart and a gap of who counted many',
      replicas: [
        faults('a', () => 0),
        faults('b', burst(9, 5), { down: [[T, T + 20]], missed: [[T + 300, T + 660]] }),
        faults('c', burst(9, 5), { missed: [[T, T + 360]] }),
      ],
      firing: always([], minutes(7), T + minutes(20)),
    },
    {
      says: 'does not take for new what an old process counted before Prometheus watched it',
      replicas: [faults('a', burst(4, 1), { missed: [[0, T]] })],
      firing: never(T + minutes(20)),
    },
  ],
};

export const tables = [absent, clockStopped, overflow, errors];
