import { Ansis } from 'ansis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertNameOf } from '../../examples/demo/alert-receiver.ts';
import { Demo } from '../../examples/demo/demo.ts';
import type { Monitoring } from '../../examples/demo/monitoring.ts';
import { PHASES } from '../../examples/demo/phases.ts';
import { Rates } from '../../examples/demo/rates.ts';
import { SCALE } from '../../examples/demo/scale.ts';
import { SERVICES, type ServiceCondition } from '../../examples/demo/services.ts';
import { createFrame } from '../../examples/demo/view/screen.ts';
import { areEqual, createSummary } from '../../examples/demo/view/summary.ts';
import { styleLine } from '../../examples/demo/view/text.ts';
import { LIMITS } from '../../src/presets/thresholds.ts';
import { DEADLINE_MS, eventually } from '../support/eventually.ts';
import { requireProgram } from '../support/programs.ts';
import { answered, panelsOf } from './panels.ts';

interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

async function activeAlerts({ alertmanager }: Monitoring): Promise<ActiveAlert[]> {
  const response = await fetch(new URL('/api/v2/alerts?active=true', alertmanager));
  return (await response.json()) as ActiveAlert[];
}

/**
 * What the incident raises, and for whom at least. Which of the other services join in depends on
 * how their errors fall.
 */
const RAISED: Readonly<Record<string, readonly string[]>> = {
  ResilienceTimeoutRateHigh: ['database', 'llm'],
  ResilienceLatencyP95High: ['llm'],
  ResilienceBulkheadRejections: ['llm'],
  ResilienceBulkheadSaturated: ['llm'],
  ResilienceCircuitBreakerOpened: ['servicenow', 'database', 'auth'],
  ResilienceCircuitBreakerProbeFailed: ['servicenow', 'database', 'auth'],
  ResilienceCircuitBreakerOpenFleetWide: ['servicenow', 'database', 'auth'],
  ResilienceCircuitBreakerStuckOpen: ['servicenow', 'database', 'auth'],
  ResilienceNetworkDegradation: ['workday'],
  ResilienceRetryAmplification: ['workday'],
  ResilienceFallbackUsageHigh: ['servicenow'],
  ResilienceErrorBudgetBurn: ['database', 'auth'],
  ResilienceDependenciesBelowQuorum: [],
  ResilienceDependencySlow: ['servicenow', 'database', 'llm'],
};

/** Three of five: 40 % of the dependencies are left. */
const GONE = ['servicenow', 'database', 'auth'];

/** Errors that fall so or so open a circuit often enough for these, or make it slow, or do not. */
const POSSIBLE = [
  'ResilienceCircuitBreakerFlapping',
  'ResilienceRecoverySlow',
  'ResilienceRetrySuccessLow',
];

/** Its window of a day is 24 min here, and the slower burn's of 6 h is 6 min: nobody waits so long. */
const OUTLASTS = ['ResilienceRecoverySlow', 'ResilienceErrorBudgetBurn'];

async function ask({ prometheus }: Monitoring, query: string): Promise<number> {
  const url = new URL('/api/v1/query', prometheus);
  url.searchParams.set('query', query);
  const { data } = (await (await fetch(url)).json()) as {
    data: { result: { value: [number, string] }[] };
  };
  return Number(data.result[0]?.value[1]);
}

/** Panels that may have nothing to show of this incident, and why. */
const QUIET: readonly [title: RegExp, why: string][] = [
  [
    /^Circuit breakers reporting, compared to/,
    'an hour is a minute here, and it may be over before',
  ],
  [/^(Gathered results|Missing parts)/, 'the demo gathers no answer'],
  [/^Most frequent error type$/, 'it names a type of error, or none'],
  [/^Manual operations$/, 'nobody does anything by hand in it'],
  [/^Queue wait time$/, 'no bulkhead of the demo has a queue'],
  [/because of the budget$|^Retry budget/, 'no retry of the demo has a budget'],
];

/** The demo's cycle, at the pace of what is to be seen instead of the clock's. */
describe('an incident', () => {
  let demo: Demo;
  let monitoring: Monitoring;
  /** When it began and when most of it was broken, in seconds since 1970. */
  let began = 0;
  let worst = 0;

  function enter(name: ServiceCondition): void {
    const phase = PHASES.find((phase) => phase.name === name);
    if (phase === undefined) throw new Error(`there is no phase ${name}`);
    demo.enter(phase);
  }

  function counted(what: string): number {
    return [...demo.counts.counts]
      .filter(([key]) => key.endsWith(` ${what}`))
      .reduce((sum, [, count]) => sum + count, 0);
  }

  beforeAll(async () => {
    requireProgram('prometheus');
    requireProgram('alertmanager');
    began = Date.now() / 1000;
    demo = await Demo.start(0);
    expect(demo.monitoringProblem).toBe('');
    monitoring = demo.monitoring as Monitoring;
  }, DEADLINE_MS);

  afterAll(() => demo.close());

  function health() {
    if (demo.health === undefined) throw new Error('nobody watches the services');
    return demo.health.state();
  }

  /** A service that is back is found so by its check as often as by an attempt to recover it. */
  function failedRecoveries(name: string): Promise<number> {
    const labels = `resilience_dependency_name="${name}",resilience_dependency_recovery_result="failure"`;
    return ask(monitoring, `resilience_dependency_recovery_attempts_total{${labels}}`);
  }

  function fired(alert: string, policy = ''): true | undefined {
    return (
      [...demo.alerts.history.keys()].includes([alert, policy].filter(Boolean).join(' ')) ||
      undefined
    );
  }

  it('begins with every call answered by its service, and no alert', async () => {
    enter('healthy');
    await eventually('calls', () => counted('success') > 100 || undefined);
    expect(await activeAlerts(monitoring)).toEqual([]);
  });

  it(
    'is seen coming: timeouts and full bulkheads, then errors',
    async () => {
      enter('slow');
      await eventually('timeouts', () => counted('timed_out') > 0 || undefined);
      await eventually('a warning of them', () => fired('ResilienceTimeoutRateHigh', 'llm'));
      await eventually('a full bulkhead', () => fired('ResilienceBulkheadSaturated', 'llm'));
      await eventually('slow health checks', () => fired('ResilienceDependencySlow', 'llm'));
      enter('failing');
      await eventually('failures', () => counted('failure') > 0 || undefined);
      await eventually('a degraded network', () =>
        fired('ResilienceNetworkDegradation', 'workday'),
      );
    },
    2 * DEADLINE_MS,
  );

  it(
    'pages while a service is down: a circuit stays open, and callers are turned away',
    async () => {
      enter('down');
      await eventually(
        'health checks that find three gone',
        () => GONE.every((name) => !health().systems[name]?.available) || undefined,
      );
      expect(health().summary.safe_for_bulk_work).toBe(false);
      for (const [alert, policies] of Object.entries(RAISED)) {
        for (const policy of policies.length > 0 ? policies : ['']) {
          await eventually(`${alert} ${policy}`, () => fired(alert, policy));
        }
      }
      const stuck = (await activeAlerts(monitoring)).filter(
        ({ labels }) => labels['alertname'] === 'ResilienceCircuitBreakerStuckOpen',
      );
      expect(stuck.length).toBeGreaterThan(0);
      for (const { labels, annotations } of stuck) {
        expect(labels).toMatchObject({ job: 'demo', instance: new URL(demo.metrics).host });
        expect(annotations['description']).toContain(
          `(limit ${LIMITS.stuckOpen.seconds / SCALE}s)`,
        );
      }
      worst = Date.now() / 1000;
    },
    3 * DEADLINE_MS,
  );

  it.each([
    [160, 50],
    [100, 30],
    [60, 20],
    [20, 10],
    [1, 1],
  ])('fits a terminal of %i columns and %i rows', (width, height) => {
    const rates = new Rates();
    rates.read();
    const lines = createFrame(demo, rates, { width, height, isColored: false });
    expect(lines.length).toBeLessThanOrEqual(height);
    for (const line of lines) {
      expect(styleLine(line, width, new Ansis(0)).length).toBeLessThanOrEqual(width);
    }
  });

  it(
    'is over when the service is back: no alert is left, and none was raised that should not be',
    async () => {
      enter('recovering');
      enter('healthy');
      const left = () =>
        [...demo.alerts.firing.values()]
          .map(alertNameOf)
          .filter((name) => !OUTLASTS.some((prefix) => name.startsWith(prefix)));
      await eventually('all is resolved', () => left().length === 0 || undefined);
      expect(health().summary).toMatchObject({
        availability_percentage: 100,
        safe_for_bulk_work: true,
      });
      for (const name of GONE) expect(await failedRecoveries(name)).toBeGreaterThan(0);
      for (const [name, { fired, resolved }] of demo.alerts.history) {
        const [alert = ''] = name.split(' ');
        expect([...Object.keys(RAISED), ...POSSIBLE]).toContain(alert);
        expect(fired).toBeGreaterThan(0);
        if (!OUTLASTS.includes(alert))
          expect({ name, resolved }).toEqual({ name, resolved: fired });
      }
    },
    3 * DEADLINE_MS,
  );

  it.each(
    panelsOf(
      SCALE,
      SERVICES.map(({ name }) => name),
    ),
  )('$dashboard shows something as "$title"', async ({ title, targets }) => {
    const { prometheus } = monitoring;
    for (const { refId, exprs, instant } of targets) {
      const now = Date.now() / 1000;
      const asked = exprs.flatMap((query) =>
        instant
          ? // One number of now: of the worst moment, or of when it is over.
            [worst, now].map((time) => answered(prometheus, 'query', { query, time }))
          : [answered(prometheus, 'query_range', { query, start: began, end: now, step: 1 })],
      );
      const series = Math.max(...(await Promise.all(asked)));
      const quiet = QUIET.some(([pattern]) => pattern.test(title));
      expect({ refId, query: exprs[0], shown: quiet || series > 0 }).toMatchObject({ shown: true });
    }
  });

  it(
    'leaves the same numbers in the metrics, in Prometheus and in the books of the demo',
    async () => {
      await demo.settle();
      expect(await demo.audit()).toEqual([
        { source: '/metrics', differences: [] },
        { source: 'Prometheus', differences: [] },
      ]);
      const { counts: ledger } = demo.counts;
      for (const name of ['servicenow', 'database', 'auth'] as const) {
        for (const what of ['success', 'requests'] as const) {
          expect(ledger.get(`${name} ${what}`)).toBeGreaterThan(0);
        }
      }
      expect(await ask(monitoring, 'sum(resilience_executions_total)')).toBe(
        ['success', 'fallback', 'failure', 'rejected', 'timed_out', 'cancelled']
          .map(counted)
          .reduce((sum, count) => sum + count),
      );
      expect(
        await ask(monitoring, 'sum(resilience_executions_total{resilience_outcome="rejected"})'),
      ).toBe(counted('rejected'));
      expect(counted('rejected')).toBeGreaterThan(0);
      expect(counted('fallback')).toBeGreaterThan(0);
    },
    DEADLINE_MS,
  );

  it('would tell if a single call were missing', async () => {
    demo.counts.add('auth', 'success');
    const audits = await demo.audit({ prometheus: false });
    const count = demo.counts.counts.get('auth success');
    expect(audits).toEqual([
      {
        source: '/metrics',
        differences: [`auth success: ${count} counted, ${Number(count) - 1} in the metrics`],
      },
    ]);
    expect(areEqual(audits)).toBe(false);
    const text = createSummary(demo, audits).map((line) => line.map(([item]) => item).join(''));
    expect(text).toContain('The metrics differ from the counts of the demo.');
    expect(text.find((line) => line.startsWith('Auth'))).toMatch(/ differs$/);
  });
});
