import { stringify } from 'yaml';
import { generate } from '../../../src/generate/index.ts';
import type { GenerateOptions } from '../../../src/generate/options/generate-options.ts';
import {
  ATTR_BULKHEAD_RESULT,
  ATTR_EXECUTION_RESULT,
  ATTR_RETRY_ATTEMPT,
  ATTR_RETRY_RESULT,
} from '../../../src/semconv/attributes.ts';
import {
  BULKHEAD_ACTIVE,
  BULKHEAD_CALLS,
  BULKHEAD_LIMIT,
  EXECUTION_DURATION,
  RETRY_ATTEMPTS,
  RETRY_CALLS,
} from '../../../src/semconv/metrics.ts';
import { CLOSED, outage, type Stay } from '../circuit.ts';
import { committed, groupsIn } from '../rules.ts';
import { minutes, T } from '../scenario.ts';
import { closed, flow, happened, histogram, plus, type Replica, type Sampling } from '../series.ts';
import { type Situation, stack } from '../situation.ts';

const hours = (count: number) => minutes(count * 60);
const CRITICAL = [
  'CircuitBreakerOpenFleetWide critical',
  'CircuitBreakerStuckOpen critical',
  'CircuitBreakerOpenInManyJobs critical',
  'ErrorBudgetBurn critical',
  'FallbackFailing critical',
];

/** The same expectation at every time of a period. */
function during<E>(from: number, to: number, step: number, expected: E): Record<number, E> {
  const count = Math.floor((to - from) / step) + 1;
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [from + i * step, expected]));
}

/** The committed rules, each with one more label. */
const labelled = (naming: Sampling['naming']) => [
  stringify({
    groups: groupsIn(committed(naming)).map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({ ...rule, labels: { ...rule.labels, team: 'x' } })),
    })),
  }),
];

const generated = (options: GenerateOptions) => (naming: Sampling['naming']) =>
  Object.values(generate({ ...options, naming, what: 'rules' }));

/** Open for six hours, and tried by the one call that comes every ten minutes. */
const everyTenMinutes = { at: T, count: 1 / 600, until: T + hours(6) };
const rare: Stay[] = [
  { state: 'closed', seconds: T },
  { state: 'open', seconds: hours(6) },
  { state: 'closed', seconds: 0 },
];

const random = (() => {
  let seed = 7;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
})();
const THIRTY_SIX = Array.from({ length: 36 }, () => ({ at: random() * hours(24) }));

const isolated: Stay[] = [
  { state: 'closed', seconds: T },
  { state: 'isolated', seconds: minutes(40) },
  { state: 'closed', seconds: 0 },
];
const hanging: Stay[] = [
  { state: 'closed', seconds: T },
  { state: 'open', seconds: 60 },
  { state: 'half_open', seconds: 0 },
];
const LONG = outage(T, minutes(40));
const down = (instance: string, labels = {}) =>
  stack(instance, {
    circuit: LONG,
    executions: { success: flow(1, 0, T), rejected: flow(1, T, T + minutes(40)) },
    labels,
  });
const up = (instance: string, labels = {}) =>
  stack(instance, { circuit: CLOSED, executions: { success: flow(1) }, labels });
const replicas = (count: number, of: (instance: string) => Replica) =>
  Array.from({ length: count }, (_, i) => of(`replica ${i}`));

const durations = (
  count: number,
  seconds: number,
  policy = 'servicenow',
  buckets?: readonly number[],
): Replica => ({
  instance: 'a',
  series: histogram(
    buckets ? { ...EXECUTION_DURATION, buckets } : EXECUTION_DURATION,
    policy,
    { [ATTR_EXECUTION_RESULT]: 'answered' },
    [{ at: 0, until: hours(10), count, seconds }],
  ),
});

export const SITUATIONS: readonly Situation[] = [
  {
    title: 'an additional label on every rule changes nothing',
    rules: labelled,
    jobs: {
      shop: [
        stack('a', {
          circuit: CLOSED,
          executions: { success: flow(10), failure: flow(0.008, hours(8)) },
        }),
      ],
    },
    firing: {
      [hours(8)]: { silent: ['ErrorBudgetBurn'] },
      [hours(16)]: { fires: ['ErrorBudgetBurn critical', 'ErrorBudgetBurn warning'] },
    },
    long: true,
  },
  {
    title:
      'a dependency that hangs without a timeout is a warning, from its first quarter of an hour on',
    jobs: {
      shop: [
        stack('a', {
          circuit: CLOSED,
          executions: { success: plus(flow(1, 0, T), flow(1, T + minutes(70))) },
          active: (time) => (time < T + minutes(70) ? Math.max(0, time - T) : 0),
        }),
        stack('calm', { circuit: CLOSED, executions: { success: flow(1) }, active: () => 1 }),
      ],
    },
    firing: {
      [T]: { silent: ['ExecutionsStuck'] },
      ...during(T + minutes(25), T + minutes(60), 300, { fires: ['ExecutionsStuck warning'] }),
      [T + minutes(75)]: { silent: ['ExecutionsStuck'] },
    },
  },
  {
    title:
      'long executions, of which some end, are not stuck; nor is a dead process that a Collector repeats',
    jobs: {
      batch: [
        stack('a', { circuit: CLOSED, executions: { success: flow(1 / 600) }, active: () => 30 }),
        stack('one', { circuit: CLOSED, active: (time) => Number(time > T) }),
        stack('dead', { circuit: CLOSED, active: () => 50 }),
      ],
    },
    firing: during(0, T + hours(1), 300, { silent: ['ExecutionsStuck'] }),
  },
  {
    title: 'a half-open probe never settles: its callers wait, so the circuit is stuck',
    jobs: {
      shop: [
        stack('a', {
          circuit: hanging,
          executions: { success: flow(1, 0, T), rejected: flow(1, T, T + 60) },
          active: (time) => Math.max(0, Math.min(200, time - T - 60)),
        }),
      ],
    },
    firing: {
      [T + minutes(4)]: { silent: ['CircuitBreakerStuckOpen'] },
      ...during(T + minutes(7), T + minutes(60), 300, {
        fires: ['CircuitBreakerStuckOpen critical'],
      }),
    },
  },
  {
    title:
      'a cluster is down while a larger one works: with group labels only the first one alerts',
    rules: generated({ groupLabels: ['cluster', 'namespace', 'job'] }),
    by: ['cluster', 'namespace'],
    jobs: {
      shop: [
        ...replicas(2, (name) => down(name, { cluster: 'a', namespace: 'prod' })),
        ...replicas(6, (name) => up(name, { cluster: 'b', namespace: 'prod' })),
        ...replicas(1, (name) => down(name, { cluster: 'b', namespace: 'staging' })),
      ],
    },
    firing: {
      [T + minutes(10)]: {
        fires: [
          'CircuitBreakerOpenFleetWide critical a prod',
          'CircuitBreakerOpenFleetWide critical b staging',
          'ErrorBudgetBurn critical a prod',
        ],
        silent: ['CircuitBreakerOpenFleetWide critical b prod', 'ErrorBudgetBurn critical b prod'],
      },
      [T + minutes(50)]: { silent: ['CircuitBreakerOpenFleetWide critical a prod'] },
    },
  },
  {
    title:
      'one call in ten minutes that a fallback answers is one warning for six hours, and no page',
    jobs: {
      shop: [
        stack('a', {
          circuit: rare,
          // The call is a failed probe, and its retry is rejected.
          rejected: happened([everyTenMinutes]),
          failed: happened([everyTenMinutes]),
          executions: { success: flow(1 / 600, 0, T), fallback: happened([everyTenMinutes]) },
        }),
      ],
    },
    firing: {
      ...during(T, T + hours(6.2), 300, { silent: CRITICAL }),
      ...during(T + minutes(25) + 1, T + hours(6) - 1, 300, {
        fires: ['CircuitBreakerOpenFleetWide warning'],
      }),
      [T + hours(6) + minutes(4)]: { silent: ['CircuitBreakerOpenFleetWide'] },
    },
  },
  {
    title: 'one call in 10 min, each a failed probe: one page',
    jobs: {
      shop: [
        stack('a', {
          circuit: rare,
          rejected: false,
          failed: happened([everyTenMinutes]),
          executions: { success: flow(1 / 600, 0, T), failure: happened([everyTenMinutes]) },
        }),
      ],
    },
    firing: {
      [T]: { silent: CRITICAL },
      ...during(T + minutes(25) + 1, T + hours(6) - 1, 300, {
        fires: ['CircuitBreakerStuckOpen critical'],
      }),
      [T + hours(6) + minutes(4)]: { silent: ['CircuitBreakerStuckOpen'] },
    },
  },
  {
    title: '36 failures in 2,882 calls of a day: no page',
    jobs: {
      shop: [
        stack('a', {
          circuit: CLOSED,
          executions: { success: flow(2846 / hours(24)), failure: happened(THIRTY_SIX) },
        }),
      ],
    },
    firing: during(0, hours(24), 300, { silent: ['ErrorBudgetBurn critical'] }),
  },
  {
    title:
      'a circuit that is isolated for maintenance is an info at once, and no page then or after it',
    jobs: {
      shop: replicas(2, (name) =>
        stack(name, {
          circuit: isolated,
          executions: {
            success: plus(flow(10, 0, T), flow(10, T + minutes(40))),
            rejected: flow(10, T, T + minutes(40)),
          },
        }),
      ),
      'one of four': [
        ...replicas(3, up),
        stack('isolated', {
          circuit: isolated,
          executions: { rejected: flow(1, T, T + minutes(40)) },
        }),
      ],
    },
    by: ['job'],
    firing: {
      [T - 60]: { silent: ['CircuitBreakerIsolatedNow info shop'] },
      ...during(T + minutes(2), T + minutes(39), 60, {
        fires: ['CircuitBreakerIsolatedNow info shop'],
      }),
      ...during(T + minutes(44), T + hours(2), 300, {
        silent: [
          'CircuitBreakerIsolatedNow info shop',
          'CircuitBreakerIsolatedNow info one of four',
        ],
      }),
      ...during(T + 1, T + hours(3), 300, {
        silent: ['shop', 'one of four'].flatMap((job) =>
          CRITICAL.map((alert) => `${alert} ${job}`),
        ),
      }),
    },
  },
  {
    title: 'a replica fails while another is isolated: pages',
    jobs: {
      shop: [
        stack('isolated', { circuit: [{ state: 'isolated', seconds: 0 }] }),
        stack('failing', {
          circuit: CLOSED,
          executions: { success: flow(1, 0, T), failure: flow(1, T) },
        }),
        ...replicas(2, up),
      ],
    },
    firing: {
      [T]: { silent: [...CRITICAL, 'CircuitBreakerIsolatedNow'] },
      ...during(T + minutes(6), T + minutes(30), 300, { fires: ['ErrorBudgetBurn critical'] }),
    },
  },
  {
    title: 'a policy has its own limit',
    rules: generated({ thresholds: { 'latency.seconds{policy="llm"}': 30 } }),
    jobs: { llm: [durations(1, 4, 'llm')], jira: [durations(1, 4, 'jira')] },
    by: ['job'],
    firing: {
      [hours(2)]: {
        fires: ['LatencyP95High warning jira'],
        silent: ['LatencyP95High warning llm'],
      },
    },
  },
  {
    title: '9 slow calls a minute alert, 9 an hour do not',
    jobs: { shop: [durations(9 / 60, 0.6)], night: [durations(9 / 3600, 0.6)] },
    by: ['job'],
    firing: {
      [hours(2)]: {
        fires: ['LatencyP95High warning shop'],
        silent: ['LatencyP95High warning night'],
      },
    },
  },
  {
    title: 'a view sets other buckets: latency alerts; relabeling drops `le`: silent',
    jobs: {
      slow: [durations(1, 4, 'servicenow', [0.1, 1, 10])],
      fast: [durations(1, 0.05, 'servicenow', [0.1, 1, 10])],
      'no le': [
        {
          ...durations(1, 4),
          series: durations(1, 4).series.filter(({ part }) => part !== 'bucket'),
        },
      ],
    },
    by: ['job'],
    firing: {
      [hours(2)]: {
        fires: ['LatencyP95High warning slow'],
        silent: ['LatencyP95High warning fast', 'LatencyP95High warning no le'],
      },
    },
  },
  {
    title: 'a nightly job is silent if the alert on absent metrics is omitted',
    rules: generated({ without: ['ResilienceMetricsAbsent'] }),
    jobs: { nightly: [{ ...up('a'), down: [[hours(2), hours(20)]] }] },
    firing: during(hours(2), hours(4), 300, { silent: ['MetricsAbsent'] }),
  },
  {
    title:
      'a stuck circuit is critical where callers get nothing, and a warning where a fallback answers',
    jobs: {
      nothing: [down('a'), ...replicas(3, up)],
      fallback: [
        stack('a', {
          circuit: LONG,
          executions: { success: flow(1, 0, T), fallback: flow(1, T, T + minutes(40)) },
        }),
        ...replicas(3, up),
      ],
    },
    by: ['job'],
    firing: {
      [T + minutes(4)]: { silent: ['CircuitBreakerStuckOpen critical nothing'] },
      ...during(T + minutes(8), T + minutes(39), 300, {
        fires: [
          'CircuitBreakerStuckOpen critical nothing',
          'CircuitBreakerStuckOpen warning fallback',
        ],
        silent: [
          'CircuitBreakerStuckOpen warning nothing',
          'CircuitBreakerStuckOpen critical fallback',
        ],
      }),
      [T + minutes(44)]: {
        silent: [
          'CircuitBreakerStuckOpen critical nothing',
          'CircuitBreakerStuckOpen warning fallback',
        ],
      },
    },
  },
  {
    title: 'a dependency is down for three jobs: one alert for all; for two jobs: none',
    jobs: {
      ...Object.fromEntries(['a', 'b', 'c'].map((job) => [job, replicas(2, down)])),
      healthy: replicas(2, up),
    },
    firing: {
      [T]: { silent: ['CircuitBreakerOpenInManyJobs'] },
      ...during(T + minutes(7), T + minutes(39), 300, {
        fires: ['CircuitBreakerOpenInManyJobs critical'],
        silent: ['CircuitBreakerOpenInManyJobs warning'],
      }),
      [T + minutes(45)]: { silent: ['CircuitBreakerOpenInManyJobs'] },
    },
  },
  {
    title: 'few second retries among very many calls of 40 pods: silent',
    jobs: {
      busy: replicas(40, (instance) => ({
        instance,
        series: [
          ...closed(RETRY_ATTEMPTS, 'servicenow', [[{ [ATTR_RETRY_ATTEMPT]: '2' }, flow(0.002)]]),
          ...closed(RETRY_CALLS, 'servicenow', [
            [{ [ATTR_RETRY_RESULT]: 'success_without_retry' }, flow(36)],
          ]),
        ],
      })),
    },
    firing: during(T, T + hours(1), 300, { silent: ['NetworkDegradation'] }),
  },
  {
    title:
      'one outage of three replicas is one incident of slow recovery, and three outages are three',
    jobs: {
      one: replicas(3, (name) => stack(name, { circuit: outage(hours(1), minutes(9)) })),
      three: replicas(3, (name) =>
        stack(name, {
          circuit: [1, 2, 3]
            .flatMap(() => outage(hours(1), minutes(9)).slice(0, -1))
            .concat(CLOSED),
        }),
      ),
    },
    by: ['job'],
    firing: during(hours(5), hours(20), hours(1), {
      fires: ['RecoverySlow warning three'],
      silent: ['RecoverySlow warning one'],
    }),
    long: true,
  },
  {
    title: 'a Collector repeats the last values of a dead process: no full bulkhead',
    jobs: {
      dead: [
        {
          instance: 'a',
          series: [
            ...closed(BULKHEAD_ACTIVE, 'servicenow', [[{}, () => 10]]),
            ...closed(BULKHEAD_LIMIT, 'servicenow', [[{}, () => 10]]),
            ...closed(BULKHEAD_CALLS, 'servicenow', [
              [{ [ATTR_BULKHEAD_RESULT]: 'accepted' }, flow(1, 0, T)],
            ]),
          ],
        },
      ],
    },
    firing: {
      [T]: { fires: ['BulkheadSaturated warning'] },
      ...during(T + minutes(8), T + hours(3), 600, { silent: ['BulkheadSaturated'] }),
    },
  },
];
