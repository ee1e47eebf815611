import { describe, expect, it } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import { promtool } from '../promtool/promtool.ts';
import { type Dashboard, dashboardsIn } from '../support/generated.ts';

const [fleet, policy] = dashboardsIn(generate()) as [Dashboard, Dashboard];

/** What a panel asks, as Grafana would ask it with everything chosen, or the one policy. */
function exprOf({ panels, uid }: Dashboard, title: string, refId = 'A'): string {
  const panel = panels.find((each) => each.title === title && each.type !== 'row');
  const expr = panel?.targets?.find((each) => each.refId === refId)?.expr;
  if (expr === undefined) throw new Error(`${uid} asks nothing as ${title}, ${refId}`);
  return expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '1h')
    .replaceAll('$policy', dashboardPolicy(uid))
    .replace(/\$(job|instance)/g, '.*');
}

const dashboardPolicy = (uid: string) => (uid === 'resilience-fleet' ? '.*' : 'p');

interface Answer {
  readonly labels?: string;
  readonly value: number;
}

/** Lets Prometheus answer a panel's query after two hours of series, 15 s between samples. */
function answers(expr: string, series: Readonly<Record<string, string>>, samples: Answer[]) {
  return promtool({
    rule_files: [],
    tests: [
      {
        interval: '15s',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          {
            expr,
            eval_time: '2h',
            exp_samples: samples.map(({ labels = '{}', value }) => ({ labels, value })),
          },
        ],
      },
    ],
  });
}

const OF_POLICY = '{job="shop", resilience_policy_name="p"}';
/** Two hours of samples. */
const LONG = 480;

/** The clocks and states of a breaker that is in one state for two hours. */
function breaker(instance: string, state: string): Record<string, string> {
  const downtime = `resilience_circuit_breaker_downtime{job="shop",instance="${instance}",resilience_policy_name="p"}`;
  return Object.fromEntries([
    [downtime, `0+${state === 'closed' ? 0 : 15}x${LONG}`],
    ...['closed', 'open', 'half_open', 'isolated'].flatMap((each) => {
      const labels =
        `{job="shop",instance="${instance}",resilience_policy_name="p",` +
        `resilience_circuit_breaker_state="${each}"}`;
      const here = Number(each === state);
      return [[`resilience_circuit_breaker_state${labels}`, `${here}+0x${LONG}`]];
    }),
  ]);
}

const oneOfFour = {
  ...breaker('a', 'open'),
  ...breaker('b', 'closed'),
  ...breaker('c', 'closed'),
  ...breaker('d', 'closed'),
};

describe('what a panel answers of one open replica of four', () => {
  it.each([
    ['Worst state of any replica', 3],
    ['Time since closed, worst replica', 7200],
    ['Breakers not closed, whole fleet', 0.25],
    ['Replicas with an open circuit', 0.25],
  ])('%s: %d', async (title, value) => {
    await answers(exprOf(fleet, title), oneOfFour, [{ labels: OF_POLICY, value }]);
  });

  it('colours the worst state red', () => {
    const states = fleet.panels.find(({ title }) => title === 'Worst state of any replica');
    expect(JSON.stringify(states)).toContain('"3":{"text":"open","color":"red","index":3}');
  });
});

describe('what a panel answers of silence', () => {
  it('a service that reports no more is at zero', async () => {
    const title = 'Circuit breakers reporting, of those 1h ago';
    const gone = Object.fromEntries(
      Object.entries(breaker('a', 'closed')).map(([name, values]) => [
        name.replace('job="shop"', 'job="gone"'),
        values.replace(`x${LONG}`, 'x300'),
      ]),
    );
    await answers(exprOf(fleet, title), { ...oneOfFour, ...gone }, [
      { labels: '{job="gone"}', value: 0 },
      { labels: '{job="shop"}', value: 1 },
    ]);
  });

  it('no calls are neither fast nor slow, and no share', async () => {
    const name = (part: string, le = '') =>
      `resilience_execution_duration_${part}{job="shop",instance="a",resilience_policy_name="p",` +
      `resilience_outcome="success"${le && `,le="${le}"`}}`;
    const idle = {
      [name('bucket', '0.5')]: `7+0x${LONG}`,
      [name('bucket', '+Inf')]: `9+0x${LONG}`,
      [name('count')]: `9+0x${LONG}`,
      'resilience_executions_total{job="shop",instance="a",resilience_policy_name="p",resilience_outcome="failure"}': `9+0x${LONG}`,
    };
    await answers(exprOf(policy, 'p95, last 10m'), idle, []);
    await answers(exprOf(policy, 'Calls without an answer'), idle, []);
    await answers(exprOf(fleet, 'Most calls over 500 ms, last 10m'), idle, []);
  });
});

describe('what a panel answers of dependencies', () => {
  it('replicas are no dependencies: what most of them reach is available', async () => {
    const reached = (dependency: string, by: readonly number[]) =>
      Object.fromEntries(
        by.map((value, i) => [
          `resilience_dependency_available{job="shop",instance="${i}",resilience_dependency_name="${dependency}"}`,
          `${value}+0x${LONG}`,
        ]),
      );
    const series = { ...reached('most', [1, 1, 1, 0]), ...reached('few', [1, 0, 0, 0]) };
    await answers(exprOf(fleet, 'Dependencies available'), series, [{ value: 0.5 }]);
  });
});

describe('what a panel answers of recorded calls', () => {
  it('the budget that is left is that of the worst policy', async () => {
    const recorded = (name: string, of: string, value: number) => ({
      [`policy:resilience_executions:${name}{job="shop",resilience_policy_name="${of}"}`]: `${value}+0x${LONG}`,
    });
    const series = {
      ...recorded('increase5m', 'p', 100_000),
      ...recorded('unanswered_increase5m', 'p', 4),
      ...recorded('increase5m', 'q', 100_000),
      ...recorded('unanswered_increase5m', 'q', 1),
    };
    // Four of the ten that the budget allows of a hundred thousand.
    const left = `round(${exprOf(fleet, 'Error budget left, 30d')}, 0.001)`;
    await answers(left, series, [{ value: 0.6 }]);
    const answered = `round(${exprOf(fleet, 'Success after resilience')}, 0.000001)`;
    await answers(answered, series, [{ value: 0.999975 }]);
  });
});
