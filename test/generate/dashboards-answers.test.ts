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

/** The downtime and the states of a breaker that is in one state for two hours. */
function breaker(instance: string, state: string): Record<string, string> {
  const downtime = `resilience_circuit_breaker_downtime{job="shop",instance="${instance}",resilience_policy_name="p"}`;
  return Object.fromEntries([
    [downtime, `0+${state === 'closed' ? 0 : 15}x${LONG}`],
    ...['closed', 'open', 'half_open', 'isolated'].map((each) => {
      const labels =
        `{job="shop",instance="${instance}",resilience_policy_name="p",` +
        `resilience_circuit_breaker_state="${each}"}`;
      const here = Number(each === state);
      return [`resilience_circuit_breaker_state${labels}`, `${here}+0x${LONG}`];
    }),
  ]);
}

const oneOfFour = {
  ...breaker('a', 'open'),
  ...breaker('b', 'closed'),
  ...breaker('c', 'closed'),
  ...breaker('d', 'closed'),
};

/** A circuit that left closed an hour before the query. */
const late = {
  'resilience_circuit_breaker_downtime{job="shop",instance="e",resilience_policy_name="p"}': `0x240 15+15x${LONG - 241}`,
};

describe('what a panel answers of one open replica of four', () => {
  it.each([
    ['Worst state of any replica', 3],
    ['Time since closed, worst replica', 7200],
    ['Breakers not closed, whole fleet', 0.25],
  ])('%s: %d', async (title, value) => {
    await answers(exprOf(fleet, title), oneOfFour, [{ labels: OF_POLICY, value }]);
  });

  it('says since when the circuit is open, and that a closed one is not', async () => {
    const expr = exprOf(policy, 'Open since');
    // It left closed at 0 s of the clock, and is 7200 s old.
    const closed = Object.fromEntries(
      Object.entries(oneOfFour).filter(([name]) => !name.includes('instance="a"')),
    );
    const later = { ...closed, ...late };
    await answers(expr, later, [{ value: 1_000 * 3600 }]);
    await answers(expr, closed, [{ value: 0 }]);
    await answers(expr, {}, []);
    const panel = policy.panels.find(({ title }) => title === 'Open since');
    expect(panel?.fieldConfig?.defaults.unit).toBe('dateTimeFromNow');
    expect(JSON.stringify(panel)).toContain('"0":{"text":"not open"');
  });

  it('colors the worst state as bad', () => {
    const states = fleet.panels.find(({ title }) => title === 'Worst state of any replica');
    expect(JSON.stringify(states)).toContain('"3":{"text":"open","color":"dark-red","index":3}');
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
    const p95 = exprOf(policy, 'Duration of answered calls', 'B');
    expect(p95).toContain('histogram_quantile(0.95');
    await answers(p95, idle, []);
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
    const left = `round(${exprOf(fleet, 'Least error budget left, 30d')}, 0.001)`;
    await answers(left, series, [{ value: 0.6 }]);
    const own = `round(${exprOf(policy, 'Error budget left, 30d')}, 0.001)`;
    await answers(own, series, [{ value: 0.6 }]);
    const answered = `round(${exprOf(policy, 'Success after resilience')}, 0.000001)`;
    await answers(answered, series, [{ value: 0.99996 }]);
    // 4 of 100,000 are 0.4 times the budget of 1 in 10,000; the alert fires at 14.4 times.
    const burn = exprOf(policy, 'Error budget burn, as a share of what fires an alert');
    await answers(`round(${burn}, 0.001)`, series, [{ value: 0.028 }]);
  });
});

describe('what a panel answers of failures', () => {
  const errors = (type: string, rate: number) => ({
    [`resilience_errors_total{job="shop",instance="a",resilience_policy_name="p",resilience_policy_type="circuit_breaker",error_type="${type}"}`]: `0+${rate}x${LONG}`,
  });
  const calls = {
    'resilience_circuit_breaker_calls_total{job="shop",instance="a",resilience_policy_name="p",resilience_circuit_breaker_result="success"}': `0+30x${LONG}`,
  };
  const most = exprOf(policy, 'Failing error type');
  const none = exprOf(policy, 'Failing error type', 'B');

  it('the type of most of them is named', async () => {
    const series = { ...calls, ...errors('503', 30), ...errors('ECONNRESET', 15) };
    await answers(most, series, [{ labels: '{error_type="503"}', value: 2 }]);
    await answers(none, series, []);
  });

  it('none is named where there is none, and nothing where nothing is known', async () => {
    const series = { ...calls, ...errors('503', 0) };
    await answers(most, series, []);
    await answers(none, series, [{ value: 0 }]);
    await answers(none, {}, []);
  });

  it('callers that get nothing are counted for each second, and policies by whether there are any', async () => {
    const executions = (name: string, rate: number) => ({
      [`resilience_executions_total{job="shop",instance="a",resilience_policy_name="${name}",resilience_outcome="failure"}`]: `0+${rate}x${LONG}`,
    });
    const series = { ...executions('p', 30), ...executions('q', 15), ...executions('r', 0) };
    await answers(exprOf(policy, 'Callers that get nothing'), series, [{ value: 2 }]);
    await answers(exprOf(fleet, 'Policies whose callers get nothing'), series, [{ value: 2 }]);
  });
});

describe('what a panel answers of alerts', () => {
  it('the most urgent is worth most, whatever the alphabet says', async () => {
    const firing = (name: string, severity: string) => ({
      [`ALERTS{alertname="Resilience${name}",alertstate="firing",severity="${severity}",job="shop",resilience_policy_name="p"}`]: `1+0x${LONG}`,
    });
    const series = {
      ...firing('Budget', 'warning'),
      ...firing('Budget', 'critical'),
      ...firing('Opened', 'info'),
      ...firing('Slow', 'warning'),
    };
    const row = (name: string) =>
      `{alertname="Resilience${name}", job="shop", resilience_policy_name="p"}`;
    await answers(exprOf(fleet, 'Alerts firing'), series, [
      { labels: row('Budget'), value: 3 },
      { labels: row('Opened'), value: 1 },
      { labels: row('Slow'), value: 2 },
    ]);
    const panel = fleet.panels.find(({ title }) => title === 'Alerts firing');
    expect(JSON.stringify(panel)).toContain('"3":{"text":"critical"');
  });
});

describe('what marks a deployment', () => {
  const markOf = (name: string) => {
    const mark = fleet.annotations.list.find((each) => each.name === name);
    return (mark?.target.expr ?? '')
      .replaceAll('$__rate_interval', '1m')
      .replace(/\$(job|instance)/g, '.*');
  };
  const executions = (instance: string, values: string) => ({
    [`resilience_executions_total{job="shop",instance="${instance}",resilience_policy_name="p",resilience_outcome="success"}`]:
      values,
  });
  const state = (instance: string, values: string) => ({
    [`resilience_circuit_breaker_state{job="shop",instance="${instance}",resilience_policy_name="p",resilience_circuit_breaker_state="closed"}`]:
      values,
  });
  const running = { ...executions('a', `0+15x${LONG}`), ...state('a', `1+0x${LONG}`) };

  it('is a process that starts again, under its old name or a new one', async () => {
    await answers(markOf('Restarts'), running, []);
    const again = { ...executions('b', '0+15x478 0 15'), ...state('b', `1+0x${LONG}`) };
    const anew = { ...executions('c', '_x479 0 15'), ...state('c', '_x478 1 1') };
    const series = { ...running, ...again, ...anew };
    await answers(markOf('Restarts'), series, [{ labels: '{job="shop"}', value: 2 }]);
  });

  it('is a version that was not there before', async () => {
    const target = (instance: string, version: string, values: string) => ({
      [`target_info{job="shop",instance="${instance}",service_version="${version}"}`]: values,
    });
    const old = target('a', '1.0.0', `1+0x${LONG}`);
    await answers(markOf('Versions'), old, []);
    await answers(markOf('Versions'), { ...old, ...target('b', '1.1.0', '_x478 1 1') }, [
      { labels: '{job="shop", service_version="1.1.0"}', value: 1 },
    ]);
  });
});
