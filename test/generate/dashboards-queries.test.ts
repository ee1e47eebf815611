import { describe, expect, it } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import { promtool } from '../promtool/promtool.ts';
import { type Dashboard, dashboardsIn } from '../support/generated.ts';

const [fleet, policy] = dashboardsIn(generate()) as [Dashboard, Dashboard];

/** The query of a panel with all values selected, or one policy. */
function exprOf({ panels, uid }: Dashboard, title: string, refId = 'A'): string {
  const panel = panels.find((candidate) => candidate.title === title && candidate.type !== 'row');
  const expr = panel?.targets?.find((target) => target.refId === refId)?.expr;
  if (expr === undefined)
    throw new Error(`Expected query ${refId} of ${title} in ${uid}, got none`);
  return expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '1h')
    .replaceAll('$policy', dashboardPolicy(uid))
    .replace(/\$(job|instance)/g, '.*');
}

const dashboardPolicy = (uid: string) => (uid === 'resilience-fleet' ? '.*' : 'p');

interface Sample {
  readonly labels?: string;
  readonly value: number;
}

/** Evaluates a query in Prometheus after two hours of samples, 15 s apart. */
function expectSamples(expr: string, series: Readonly<Record<string, string>>, samples: Sample[]) {
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

const POLICY_LABELS = '{job="shop", resilience_policy_name="p"}';
/** Samples in two hours. */
const SAMPLE_COUNT = 480;

/** Downtime and states of a circuit breaker that is in one state for two hours. */
function breaker(instance: string, state: string): Record<string, string> {
  const downtime = `resilience_circuit_breaker_downtime{job="shop",instance="${instance}",resilience_policy_name="p"}`;
  return Object.fromEntries([
    [downtime, `0+${state === 'closed' ? 0 : 15}x${SAMPLE_COUNT}`],
    ...['closed', 'open', 'half_open', 'isolated'].map((name) => {
      const labels =
        `{job="shop",instance="${instance}",resilience_policy_name="p",` +
        `resilience_circuit_breaker_state="${name}"}`;
      const value = Number(name === state);
      return [`resilience_circuit_breaker_state${labels}`, `${value}+0x${SAMPLE_COUNT}`];
    }),
  ]);
}

const oneOfFour = {
  ...breaker('a', 'open'),
  ...breaker('b', 'closed'),
  ...breaker('c', 'closed'),
  ...breaker('d', 'closed'),
};

/** A circuit that opened an hour before the query. */
const openForAnHour = {
  'resilience_circuit_breaker_downtime{job="shop",instance="e",resilience_policy_name="p"}': `0x240 15+15x${SAMPLE_COUNT - 241}`,
};

describe('one open replica of four', () => {
  it.each([
    ['Worst circuit breaker state per policy', 3],
    ['Time since closed, worst replica', 7200],
    ['Share of circuit breakers not closed', 0.25],
  ])('is %s = %d', async (title, value) => {
    await expectSamples(exprOf(fleet, title), oneOfFour, [{ labels: POLICY_LABELS, value }]);
  });

  it('has an opening time, which a closed circuit has not', async () => {
    const expr = exprOf(policy, 'Open since');
    const closed = Object.fromEntries(
      Object.entries(oneOfFour).filter(([name]) => !name.includes('instance="a"')),
    );
    const series = { ...closed, ...openForAnHour };
    await expectSamples(expr, series, [{ value: 1_000 * 3600 }]);
    await expectSamples(expr, closed, [{ value: 0 }]);
    await expectSamples(expr, {}, []);
    const panel = policy.panels.find(({ title }) => title === 'Open since');
    expect(panel?.fieldConfig?.defaults.unit).toBe('dateTimeFromNow');
    expect(JSON.stringify(panel)).toContain('"0":{"text":"not open"');
  });

  it('has the bad color in the worst state', () => {
    const states = fleet.panels.find(
      ({ title }) => title === 'Worst circuit breaker state per policy',
    );
    expect(JSON.stringify(states)).toContain('"3":{"text":"open","color":"dark-red","index":3}');
  });
});

describe('without data', () => {
  it('a service that stopped reporting is at 0', async () => {
    const title = 'Circuit breakers reporting, compared to 1h ago';
    const gone = Object.fromEntries(
      Object.entries(breaker('a', 'closed')).map(([name, values]) => [
        name.replace('job="shop"', 'job="gone"'),
        values.replace(`x${SAMPLE_COUNT}`, 'x300'),
      ]),
    );
    await expectSamples(exprOf(fleet, title), { ...oneOfFour, ...gone }, [
      { labels: '{job="gone"}', value: 0 },
      { labels: '{job="shop"}', value: 1 },
    ]);
  });

  it('no calls have neither a duration nor a share', async () => {
    const name = (part: string, le = '') =>
      `resilience_execution_duration_${part}{job="shop",instance="a",resilience_policy_name="p",` +
      `resilience_outcome="success"${le && `,le="${le}"`}}`;
    const idle = {
      [name('bucket', '0.5')]: `7+0x${SAMPLE_COUNT}`,
      [name('bucket', '+Inf')]: `9+0x${SAMPLE_COUNT}`,
      [name('count')]: `9+0x${SAMPLE_COUNT}`,
      'resilience_executions_total{job="shop",instance="a",resilience_policy_name="p",resilience_outcome="failure"}': `9+0x${SAMPLE_COUNT}`,
    };
    const p95 = exprOf(policy, 'Duration of answered calls', 'B');
    expect(p95).toContain('histogram_quantile(0.95');
    await expectSamples(p95, idle, []);
    await expectSamples(exprOf(policy, 'Share of unanswered calls'), idle, []);
    await expectSamples(exprOf(fleet, 'Highest share of calls over 500 ms, last 10m'), idle, []);
  });
});

describe('dependencies', () => {
  it('are available if most replicas reach them', async () => {
    const reached = (dependency: string, by: readonly number[]) =>
      Object.fromEntries(
        by.map((value, i) => [
          `resilience_dependency_available{job="shop",instance="${i}",resilience_dependency_name="${dependency}"}`,
          `${value}+0x${SAMPLE_COUNT}`,
        ]),
      );
    const series = { ...reached('most', [1, 1, 1, 0]), ...reached('few', [1, 0, 0, 0]) };
    await expectSamples(exprOf(fleet, 'Dependencies available'), series, [{ value: 0.5 }]);
  });
});

describe('recorded calls', () => {
  it('yield the error budget of the worst policy', async () => {
    const recorded = (name: string, policyName: string, value: number) => ({
      [`policy:resilience_executions:${name}{job="shop",resilience_policy_name="${policyName}"}`]: `${value}+0x${SAMPLE_COUNT}`,
    });
    const series = {
      ...recorded('increase5m', 'p', 100_000),
      ...recorded('unanswered_increase5m', 'p', 4),
      ...recorded('increase5m', 'q', 100_000),
      ...recorded('unanswered_increase5m', 'q', 1),
    };
    // Four unanswered calls of the ten that the budget allows in 100,000.
    const left = `round(${exprOf(fleet, 'Lowest error budget left, 30d')}, 0.001)`;
    await expectSamples(left, series, [{ value: 0.6 }]);
    const own = `round(${exprOf(policy, 'Error budget left, 30d')}, 0.001)`;
    await expectSamples(own, series, [{ value: 0.6 }]);
    const answered = `round(${exprOf(policy, 'Share of answered calls')}, 0.000001)`;
    await expectSamples(answered, series, [{ value: 0.99996 }]);
    // 4 of 100,000 are 0.4 times the budget of 1 in 10,000; the alert fires at 14.4 times.
    const burn = exprOf(policy, 'Error budget burn rate, relative to the alert limit');
    await expectSamples(`round(${burn}, 0.001)`, series, [{ value: 0.028 }]);
  });
});

describe('failures', () => {
  const errors = (type: string, rate: number) => ({
    [`resilience_errors_total{job="shop",instance="a",resilience_policy_name="p",resilience_policy_type="circuit_breaker",error_type="${type}"}`]: `0+${rate}x${SAMPLE_COUNT}`,
  });
  const calls = {
    'resilience_circuit_breaker_calls_total{job="shop",instance="a",resilience_policy_name="p",resilience_circuit_breaker_result="success"}': `0+30x${SAMPLE_COUNT}`,
  };
  const most = exprOf(policy, 'Most frequent error type');
  const none = exprOf(policy, 'Most frequent error type', 'B');

  it('show the most frequent error type', async () => {
    const series = { ...calls, ...errors('503', 30), ...errors('ECONNRESET', 15) };
    await expectSamples(most, series, [{ labels: '{error_type="503"}', value: 2 }]);
    await expectSamples(none, series, []);
  });

  it('show none without errors, and nothing without data', async () => {
    const series = { ...calls, ...errors('503', 0) };
    await expectSamples(most, series, []);
    await expectSamples(none, series, [{ value: 0 }]);
    await expectSamples(none, {}, []);
  });

  it('count as unanswered calls per second, and as policies with unanswered calls', async () => {
    const executions = (name: string, rate: number) => ({
      [`resilience_executions_total{job="shop",instance="a",resilience_policy_name="${name}",resilience_outcome="failure"}`]: `0+${rate}x${SAMPLE_COUNT}`,
    });
    const series = { ...executions('p', 30), ...executions('q', 15), ...executions('r', 0) };
    await expectSamples(exprOf(policy, 'Unanswered calls per second'), series, [{ value: 2 }]);
    await expectSamples(exprOf(fleet, 'Policies with unanswered calls'), series, [{ value: 2 }]);
  });
});

describe('firing alerts', () => {
  it('are numbered by urgency, not alphabetically', async () => {
    const firing = (name: string, severity: string) => ({
      [`ALERTS{alertname="Resilience${name}",alertstate="firing",severity="${severity}",job="shop",resilience_policy_name="p"}`]: `1+0x${SAMPLE_COUNT}`,
    });
    const series = {
      ...firing('Budget', 'warning'),
      ...firing('Budget', 'critical'),
      ...firing('Opened', 'info'),
      ...firing('Slow', 'warning'),
    };
    const row = (name: string) =>
      `{alertname="Resilience${name}", job="shop", resilience_policy_name="p"}`;
    await expectSamples(exprOf(fleet, 'Firing alerts'), series, [
      { labels: row('Budget'), value: 3 },
      { labels: row('Opened'), value: 1 },
      { labels: row('Slow'), value: 2 },
    ]);
    const panel = fleet.panels.find(({ title }) => title === 'Firing alerts');
    expect(JSON.stringify(panel)).toContain('"3":{"text":"critical"');
  });
});

describe('deployments', () => {
  const annotationOf = (name: string) => {
    const annotation = fleet.annotations.list.find((candidate) => candidate.name === name);
    return (annotation?.target.expr ?? '')
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
  const running = {
    ...executions('a', `0+15x${SAMPLE_COUNT}`),
    ...state('a', `1+0x${SAMPLE_COUNT}`),
  };

  it('are restarts with the same or a new instance name', async () => {
    await expectSamples(annotationOf('Restarts'), running, []);
    const sameInstance = {
      ...executions('b', '0+15x478 0 15'),
      ...state('b', `1+0x${SAMPLE_COUNT}`),
    };
    const newInstance = { ...executions('c', '_x479 0 15'), ...state('c', '_x478 1 1') };
    const series = { ...running, ...sameInstance, ...newInstance };
    await expectSamples(annotationOf('Restarts'), series, [{ labels: '{job="shop"}', value: 2 }]);
  });

  it('are new versions', async () => {
    const target = (instance: string, version: string, values: string) => ({
      [`target_info{job="shop",instance="${instance}",service_version="${version}"}`]: values,
    });
    const old = target('a', '1.0.0', `1+0x${SAMPLE_COUNT}`);
    await expectSamples(annotationOf('Versions'), old, []);
    await expectSamples(
      annotationOf('Versions'),
      { ...old, ...target('b', '1.1.0', '_x478 1 1') },
      [{ labels: '{job="shop", service_version="1.1.0"}', value: 1 }],
    );
  });
});
