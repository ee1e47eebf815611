import { ATTR_METRIC_OVERFLOW } from '../../../src/semconv/attributes.ts';
import { EXECUTIONS, TELEMETRY_ERRORS } from '../../../src/semconv/metrics.ts';
import { CLOSED, circuits } from '../circuit.ts';
import { always, minutes, never, T, type Table } from '../scenario.ts';
import { burst, closed, flow, type Replica, type Value } from '../series.ts';

const END = T + minutes(200);
/** An hour of a past. */
const HOUR = minutes(70);

const absent: Table = {
  alert: 'ResilienceMetricsAbsent',
  label: 'job',
  scenarios: [
    {
      title: 'fires 10 min after the last replica stopped, and resolves an hour after it',
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
      title: 'fires although a scrape was missed an hour ago, and resolves when the job returns',
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
      title: 'stays silent through a rolling restart, and 4 min without replicas',
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
      title: 'stays silent without calls, and for a job without circuit breakers',
      replicas: [
        circuits('idle', [CLOSED], { calls: false }),
        circuits('gone', [CLOSED], { down: [[T, END]] }),
      ],
      firing: never(T + minutes(100)),
    },
    {
      title: 'stays silent for a job of 5 min',
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

const overflow: Table = {
  alert: 'ResilienceMetricsOverflow',
  label: 'job',
  scenarios: [
    {
      title: 'fires while there is an overflow series, and resolves when the process ends',
      replicas: [
        {
          instance: 'a',
          series: [
            {
              metric: EXECUTIONS,
              attributes: { [ATTR_METRIC_OVERFLOW]: 'true' },
              value: (time) => (time < T ? undefined : time),
              isCounter: false,
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
      title: 'stays silent without overflow series',
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
  label: 'policy',
  scenarios: [
    {
      title: 'fires for a single error, and resolves',
      replicas: [faults('a', burst(1, T + 5))],
      firing: {
        [T]: [],
        [T + minutes(2)]: ['servicenow'],
        [T + minutes(4)]: ['servicenow'],
        [T + minutes(8)]: [],
      },
    },
    {
      title: 'does not count errors before the first scrape',
      replicas: [faults('a', () => 0), faults('new', burst(1, T + 2), { down: [[0, T + 1]] })],
      firing: never(T + minutes(8)),
    },
    {
      title: 'fires on through a restart and a missed scrape',
      replicas: [
        faults('a', flow(0.05, T), {
          down: [[T + minutes(10), T + minutes(10) + 20]],
          missed: [[T + minutes(15), T + minutes(16)]],
        }),
      ],
      firing: { [T]: [], ...always(['servicenow'], T + minutes(3), T + minutes(30)) },
    },
    {
      title: 'stays silent without errors, and through a restart of a replica with many',
      replicas: [
        faults('a', () => 0),
        faults('b', burst(9, 5), { down: [[T, T + 20]], missed: [[T + 300, T + 660]] }),
        faults('c', burst(9, 5), { missed: [[T, T + 360]] }),
      ],
      firing: always([], minutes(7), T + minutes(20)),
    },
    {
      title: 'does not count events before the first scrape of an old process',
      replicas: [faults('a', burst(4, 1), { missed: [[0, T]] })],
      firing: never(T + minutes(20)),
    },
  ],
};

export const tables = [absent, overflow, errors];
