import { ATTR_RETRY_ATTEMPT, ATTR_RETRY_RESULT } from '../../../src/semconv/attributes.ts';
import { RETRY_ATTEMPTS, RETRY_CALLS } from '../../../src/semconv/metrics.ts';
import { always, minutes, never, T, type Table } from '../scenario.ts';
import { burst, closed, flow, plus, type Replica, type Value } from '../series.ts';

const again = (instance: string, values: Readonly<Record<string, Value>>, more = {}): Replica => ({
  instance,
  series: closed(
    RETRY_ATTEMPTS,
    'servicenow',
    Object.entries(values).map(([attempt, value]) => [{ [ATTR_RETRY_ATTEMPT]: attempt }, value]),
  ),
  ...more,
});

const ended = (instance: string, values: Readonly<Record<string, Value>>, more = {}): Replica => ({
  instance,
  series: closed(
    RETRY_CALLS,
    'servicenow',
    Object.entries(values).map(([result, value]) => [{ [ATTR_RETRY_RESULT]: result }, value]),
  ),
  ...more,
});

const networkDegradation: Table = {
  alert: 'ResilienceNetworkDegradation',
  label: 'policy',
  scenarios: [
    {
      title: 'fires for 11 second retries in 5 min, and resolves when they are over',
      replicas: [again('a', { '1': burst(40, T + 5), '2': burst(11, T + 5) })],
      firing: {
        [T]: [],
        [T + minutes(2)]: ['servicenow'],
        [T + minutes(4)]: ['servicenow'],
        [T + minutes(8)]: [],
      },
    },
    {
      title: 'fires for the sum of all replicas, also through a restart',
      replicas: [
        again('a', { '2': flow(0.02, T) }, { down: [[T + minutes(7), T + minutes(7) + 20]] }),
        again('b', { '2': flow(0.02, T) }),
      ],
      firing: { [T]: [], ...always(['servicenow'], T + minutes(6), T + minutes(20)) },
    },
    {
      title:
        'stays silent for what a replica went through before its first scrape: it may be long ago',
      replicas: [again('old', {}), again('new', { '2': burst(12, T + 5) }, { down: [[0, T + 1]] })],
      firing: never(T + minutes(8)),
    },
    {
      title: 'stays silent at 8 second retries in 5 min, with any number of first retries',
      replicas: [
        again('a', {
          '1': flow(10),
          '2': plus(burst(8, T + 5), burst(10, T + minutes(10)), flow(8 / 300, T + minutes(20))),
        }),
      ],
      firing: never(T + minutes(50)),
    },
    {
      title:
        'stays silent at 10 of two replicas, over a restart, a missed scrape and a gap of 6 min',
      replicas: [
        again(
          'a',
          { '2': burst(500, 5) },
          {
            missed: [
              [T, T + 60],
              [T + minutes(5), T + minutes(11)],
            ],
          },
        ),
        again(
          'b',
          { '2': plus(burst(700, 5), burst(5, T + 3), burst(5, T + minutes(2) + 5)) },
          {
            down: [[T + 65, T + 80]],
          },
        ),
      ],
      firing: { ...always([], minutes(7), T + minutes(30)) },
    },
    {
      title: 'does not count events before the first scrape of an old process',
      replicas: [again('a', { '2': burst(400, 1) }, { missed: [[0, T]] })],
      firing: never(T + minutes(20)),
    },
  ],
};

const successLow: Table = {
  alert: 'ResilienceRetrySuccessLow',
  label: 'policy',
  scenarios: [
    {
      title: 'half of 40 retried calls succeed: fires, and resolves',
      replicas: [
        ended('a', {
          success_without_retry: flow(1),
          success_after_retry: burst(20, T + 5),
          exhausted: burst(20, T + 5),
        }),
      ],
      firing: {
        [T]: [],
        [T + minutes(2)]: ['servicenow'],
        [T + minutes(13)]: ['servicenow'],
        [T + minutes(18)]: [],
      },
    },
    {
      title: 'no retried call succeeds, through a restart and a missed scrape: fires',
      replicas: [
        ended(
          'a',
          { exhausted: flow(0.1, T) },
          {
            down: [[T + minutes(20), T + minutes(20) + 20]],
            missed: [[T + minutes(30), T + minutes(31)]],
          },
        ),
      ],
      firing: { [T]: [], ...always(['servicenow'], T + minutes(6), T + minutes(45)) },
    },
    {
      title: 'stays silent at 5 retried calls, all exhausted',
      replicas: [ended('a', { success_without_retry: flow(1), exhausted: burst(5, T + 5) })],
      firing: never(T + minutes(20)),
    },
    {
      title: '70 % of the retried calls succeed, or there are no retries or no calls: stays silent',
      replicas: [
        ended('a', { success_after_retry: flow(0.7), exhausted: flow(0.3) }),
        ended('b', { success_without_retry: flow(1), not_retryable: flow(1), aborted: flow(1) }),
        ended('c', {}),
      ],
      firing: always([], minutes(5), T + minutes(20)),
    },
    {
      title: 'stays silent while all replicas are replaced',
      replicas: [
        ended(
          'a',
          { success_after_retry: flow(0.9), exhausted: flow(0.1) },
          { down: [[T, T * 9]] },
        ),
        ended(
          'b',
          { success_after_retry: flow(0.9), exhausted: flow(0.1) },
          { down: [[0, T + 7]] },
        ),
      ],
      firing: never(T + minutes(30)),
    },
  ],
};

const amplification: Table = {
  alert: 'ResilienceRetryAmplification',
  label: 'policy',
  scenarios: [
    {
      title: 'retries add 60 % to 120 calls: fires, and resolves',
      replicas: [
        again('a', { '1': burst(72, T + 5) }),
        ended('a', { exhausted: burst(120, T + 5) }),
      ],
      firing: {
        [T]: [],
        [T + minutes(2)]: ['servicenow'],
        [T + minutes(8)]: ['servicenow'],
        [T + minutes(13)]: [],
      },
    },
    {
      title: 'fires through a restart and a missed scrape',
      replicas: [
        again('a', { '1': flow(1, T), '2': flow(1, T) }),
        ended('a', { exhausted: flow(1, T) }),
      ].map((replica) => ({
        ...replica,
        down: [[T + minutes(20), T + minutes(20) + 20]],
        missed: [[T + minutes(30), T + minutes(31)]],
      })),
      firing: { [T]: [], ...always(['servicenow'], T + minutes(6), T + minutes(45)) },
    },
    {
      title: 'one of ten calls is retried, or there are no calls: stays silent',
      replicas: [
        again('a', { '1': flow(0.1) }),
        ended('a', { success_without_retry: flow(0.9), success_after_retry: flow(0.1) }),
        again('idle', {}),
        ended('idle', {}),
      ],
      firing: always([], minutes(5), T + minutes(20)),
    },
    {
      title: 'stays silent at 80 calls, each retried twice',
      replicas: [
        again('a', { '1': burst(80, T + 5), '2': burst(80, T + 5) }),
        ended('a', { exhausted: burst(80, T + 5) }),
      ],
      firing: never(T + minutes(20)),
    },
  ],
};

const budgetExhausted: Table = {
  alert: 'ResilienceRetryBudgetExhausted',
  label: 'policy',
  scenarios: [
    {
      title: 'half of 400 calls are denied a retry: fires, and resolves',
      replicas: [ended('a', { exhausted: burst(200, T + 5), budget_exhausted: burst(200, T + 5) })],
      firing: {
        [T]: [],
        [T + minutes(2)]: ['servicenow'],
        [T + minutes(8)]: ['servicenow'],
        [T + minutes(13)]: [],
      },
    },
    {
      title: 'fires for all replicas together, through a restart and a missed scrape',
      replicas: [
        ended(
          'a',
          { success_without_retry: flow(1), budget_exhausted: flow(0.1, T) },
          {
            down: [[T + minutes(20), T + minutes(20) + 20]],
            missed: [[T + minutes(30), T + minutes(31)]],
          },
        ),
        ended('b', { success_without_retry: flow(1), budget_exhausted: flow(0) }),
      ],
      firing: { [T]: [], ...always(['servicenow'], T + minutes(6), T + minutes(45)) },
    },
    {
      title: 'stays silent at one of 200 calls',
      replicas: [
        ended('a', { success_without_retry: flow(1.99), budget_exhausted: flow(0.01) }),
        ended('b', { exhausted: flow(1) }),
      ],
      firing: always([], minutes(5), T + minutes(20)),
    },
    {
      title: 'stays silent for few calls, all denied',
      replicas: [ended('a', { budget_exhausted: burst(50, T + 5) })],
      firing: never(T + minutes(20)),
    },
  ],
};

export const tables = [networkDegradation, successLow, amplification, budgetExhausted];
