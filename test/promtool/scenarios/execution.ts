import {
  ATTR_EXECUTION_RESULT,
  ATTR_OUTCOME,
  type Outcome,
} from '../../../src/semconv/attributes.ts';
import { EXECUTION_DURATION, EXECUTIONS } from '../../../src/semconv/metrics.ts';
import { always, minutes, never, type Scenario, T, type Table } from '../scenario.ts';
import {
  burst,
  closed,
  type Event,
  flow,
  histogram,
  plus,
  type Replica,
  type Value,
} from '../series.ts';

const took = (
  instance: string,
  observed: readonly (Event & { seconds: number })[],
  more = {},
): Replica => ({
  instance,
  series: histogram(
    EXECUTION_DURATION,
    'servicenow',
    { [ATTR_EXECUTION_RESULT]: 'answered' },
    observed,
  ),
  ...more,
});
const ALWAYS = { at: 0, until: Number.MAX_SAFE_INTEGER };
const POLICY = ['servicenow'];

const latency: Table = {
  alert: 'ResilienceLatencyP95High',
  label: 'policy',
  scenarios: [
    {
      title: '10 % of the executions take 1 s: fires, and resolves',
      replicas: [
        took('a', [
          { ...ALWAYS, count: 1, seconds: 0.2 },
          { at: T, until: T + minutes(20), count: 1 / 9, seconds: 1 },
        ]),
      ],
      firing: {
        [T]: [],
        ...always(POLICY, T + minutes(10), T + minutes(20)),
        [T + minutes(30)]: [],
      },
    },
    {
      title: 'fires on through a restart, a missed scrape and a deploy',
      replicas: [
        took('a', [{ ...ALWAYS, count: 1, seconds: 1 }], {
          down: [
            [T, T + 20],
            [T + minutes(20), T * 9],
          ],
          missed: [[T + minutes(15), T + minutes(16)]],
        }),
        took('b', [{ ...ALWAYS, count: 1, seconds: 1 }], { down: [[0, T + minutes(20)]] }),
      ],
      firing: always(POLICY, minutes(5), T + minutes(19)),
    },
    {
      title: '4 % take longer than 500 ms, the rest exactly 500 ms, with a restart: stays silent',
      replicas: [
        took(
          'a',
          [
            { ...ALWAYS, count: 0.96, seconds: 0.5 },
            { ...ALWAYS, count: 0.04, seconds: 10 },
          ],
          { down: [[T, T + 20]], missed: [[T + 300, T + 660]] },
        ),
      ],
      firing: always([], minutes(5), T + minutes(20)),
    },
    {
      title: '90 slow executions, or none: stays silent',
      replicas: [
        took('a', [
          { at: 5, count: 1, seconds: 9 },
          { at: T + 5, count: 90, seconds: 9 },
        ]),
        took('idle', []),
      ],
      firing: never(T + minutes(20)),
    },
    {
      title: 'does not count executions before the first scrape of an old process',
      replicas: [took('a', [{ at: 1, count: 900, seconds: 9 }], { missed: [[0, T]] })],
      firing: never(T + minutes(20)),
    },
  ],
};

const executions = (
  instance: string,
  values: Partial<Record<Outcome, Value>>,
  more = {},
): Replica => ({
  instance,
  series: closed(
    EXECUTIONS,
    'servicenow',
    Object.entries(values).map(([outcome, value]) => [{ [ATTR_OUTCOME]: outcome }, value]),
  ),
  ...more,
});

const hours = (count: number) => minutes(count * 60);
const critical = (scenario: Omit<Scenario, 'severity'>): Scenario => ({
  ...scenario,
  severity: 'critical',
});
const warning = (scenario: Omit<Scenario, 'severity'>): Scenario => ({
  ...scenario,
  severity: 'warning',
  long: true,
});
/** Of a share of all, 10 a second, at a time; of the budget's burn that is as much times 10,000. */
const burning = (burn: number, from: number, to: number): Record<'success' | 'failure', Value> => ({
  success: flow(10),
  failure: flow(burn * 0.001, from, to),
});

const budgetBurn: Table = {
  alert: 'ResilienceErrorBudgetBurn',
  label: 'policy',
  scenarios: [
    critical({
      title: 'fires for 1 h and 5 min at burn 20 (critical), and resolves by the short window',
      replicas: [executions('a', burning(20, hours(1), hours(2.5)))],
      firing: {
        [hours(1)]: [],
        [hours(1) + minutes(20)]: [],
        ...always(POLICY, hours(2), hours(2.5)),
        // The windows of 6 h and 30 min burn for half an hour more.
        [hours(2.5) + minutes(37)]: [],
      },
    }),
    critical({
      title:
        'fires for an outage at once, of any kind (critical), and goes on through a restart and a missed scrape',
      replicas: [
        executions(
          'a',
          {
            success: flow(1, 0, T),
            failure: flow(0.5, T),
            rejected: flow(0.3, T),
            timed_out: flow(0.2, T),
          },
          {
            down: [[T + minutes(20), T + minutes(20) + 20]],
            missed: [[T + minutes(30), T + minutes(31)]],
          },
        ),
      ],
      firing: { [T]: [], ...always(POLICY, T + minutes(3), T + minutes(50)) },
    }),
    critical({
      title: 'resolves by the short windows when an outage of 5 min is over (critical)',
      replicas: [executions('a', { success: flow(10), failure: flow(10, T, T + minutes(5)) })],
      firing: {
        [T]: [],
        [T + minutes(4)]: POLICY,
        [T + minutes(50)]: [],
      },
    }),
    critical({
      title: 'stays silent at a single failure in an hour of few calls (critical)',
      replicas: [
        executions('a', {
          success: flow(0.01),
          failure: plus(burst(1, T), burst(1, T + hours(1.1))),
        }),
      ],
      firing: never(T + hours(2.5)),
    }),
    critical({
      title:
        'stays silent at 4 failures in an hour, and where callers got a fallback or went away (critical)',
      replicas: [
        executions('a', {
          success: flow(0.01),
          failure: flow(4 / 3600),
          fallback: flow(1),
          cancelled: flow(1),
        }),
      ],
      firing: never(hours(3)),
    }),
    critical({
      title: 'stays silent without calls, and for counts of an old process (critical)',
      replicas: [
        executions('idle', {}),
        executions('old', { success: burst(10, 1), failure: burst(90, 1) }, { missed: [[0, T]] }),
      ],
      firing: never(T + hours(1)),
    }),
    {
      ...critical({
        title: 'stays silent over restarts of replicas that counted many failures (critical)',
        replicas: [
          executions(
            'a',
            { success: flow(10), failure: burst(500, 5) },
            {
              down: [
                [hours(8), hours(8) + 20],
                [hours(8.2), hours(8.2) + 20],
              ],
              missed: [[hours(8.4), hours(8.5)]],
            },
          ),
        ],
        firing: always([], hours(7), hours(9)),
      }),
      long: true,
    },
    {
      ...critical({
        title: 'fires for 6 h and 30 min at burn 8 (critical), and resolves by the short window',
        replicas: [executions('a', burning(8, hours(8), hours(16)))],
        firing: {
          [hours(8)]: [],
          [hours(9)]: [],
          ...always(POLICY, hours(14), hours(16), 1800),
          [hours(17)]: [],
        },
      }),
      long: true,
    },
    {
      ...critical({
        title: 'stays silent at burn 5, below the critical rates (critical)',
        replicas: [executions('a', burning(5, hours(2), hours(20)))],
        firing: never(hours(22), 3600),
      }),
      long: true,
    },
    warning({
      title: 'fires for 1 d and 2 h at burn 4 (warning), and resolves by the short window',
      replicas: [executions('a', burning(4, hours(26), hours(52)))],
      firing: {
        [hours(26)]: [],
        [hours(30)]: [],
        ...always(POLICY, hours(46), hours(52), 3600),
        // The budget's three days burn on, and so does its short window of 6 h.
        [hours(59)]: [],
      },
    }),
    warning({
      title: 'resolves by the window of 2 h while the three days are within budget (warning)',
      replicas: [
        executions('a', {
          success: plus(flow(130, 0, hours(50)), flow(10, hours(50))),
          failure: flow(1700 / 36_000, hours(50), hours(63)),
        }),
      ],
      firing: { [hours(50)]: [], [hours(63)]: POLICY, [hours(66)]: [] },
    }),
    warning({
      title: 'fires for 3 d and 6 h at burn 2 (warning), and resolves by the short window',
      replicas: [executions('a', burning(2, hours(24), hours(72)))],
      firing: {
        [hours(24)]: [],
        [hours(30)]: [],
        ...always(POLICY, hours(64), hours(72), 3600),
        [hours(80)]: [],
      },
    }),
    warning({
      title: 'stays silent while the budget of 30 days lasts (warning)',
      replicas: [executions('a', burning(0.8, 0, hours(80)))],
      firing: never(hours(74), 3600),
    }),
    warning({
      title: 'stays silent for a service of 2 h with one failure, or 4 (warning)',
      replicas: [
        executions('a', {
          success: flow(0.1),
          failure: plus(burst(1, minutes(40)), burst(3, minutes(110))),
        }),
      ],
      firing: never(hours(6), 300),
    }),
    warning({
      title: 'stays silent at one failed call a day, and without calls (warning)',
      replicas: [
        executions('a', { success: flow(0.001), failure: flow(1 / 86_400, minutes(7)) }),
        executions('idle', {}),
      ],
      firing: never(hours(76), 3600),
    }),
    warning({
      title: 'fires for 30 failures in 2 h of a service with few calls (warning)',
      replicas: [executions('a', { success: flow(0.1), failure: burst(30, minutes(62)) })],
      firing: { [minutes(60)]: [], [minutes(135)]: POLICY, [hours(9)]: [] },
    }),
  ],
};

export const tables = [latency, budgetBurn];
