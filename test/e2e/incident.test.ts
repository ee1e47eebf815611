import { Ansis } from 'ansis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Demo } from '../../examples/demo/demo.ts';
import type { Monitoring } from '../../examples/demo/monitoring.ts';
import { Rates } from '../../examples/demo/rates.ts';
import { SCALE } from '../../examples/demo/scale.ts';
import type { Condition, ServiceName } from '../../examples/demo/services.ts';
import { STORY } from '../../examples/demo/story.ts';
import { frame } from '../../examples/demo/view/screen.ts';
import { isBalanced, summary } from '../../examples/demo/view/summary.ts';
import { paint } from '../../examples/demo/view/text.ts';
import { LIMITS } from '../../src/thresholds.ts';
import { DEADLINE_MS, eventually } from '../support/eventually.ts';
import { requireProgram } from '../support/programs.ts';

interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

async function activeAlerts({ alertmanager }: Monitoring): Promise<ActiveAlert[]> {
  const response = await fetch(new URL('/api/v2/alerts?active=true', alertmanager));
  return (await response.json()) as ActiveAlert[];
}

async function stuckOpen(
  monitoring: Monitoring,
  service: ServiceName,
): Promise<ActiveAlert | undefined> {
  return (await activeAlerts(monitoring)).find(
    ({ labels }) =>
      labels['alertname'] === 'ResilienceCircuitBreakerStuckOpen' &&
      labels['resilience_policy_name'] === service,
  );
}

async function ask({ prometheus }: Monitoring, query: string): Promise<number> {
  const url = new URL('/api/v1/query', prometheus);
  url.searchParams.set('query', query);
  const { data } = (await (await fetch(url)).json()) as {
    data: { result: { value: [number, string] }[] };
  };
  return Number(data.result[0]?.value[1]);
}

/** The demo's cycle, at the pace of what is to be seen instead of the clock's. */
describe('an incident', () => {
  let demo: Demo;
  let monitoring: Monitoring;

  function enter(name: Condition): void {
    const phase = STORY.find((each) => each.name === name);
    if (phase === undefined) throw new Error(`there is no phase ${name}`);
    demo.enter(phase);
  }

  function counted(what: string): number {
    return [...demo.book.ledger]
      .filter(([key]) => key.endsWith(` ${what}`))
      .reduce((sum, [, count]) => sum + count, 0);
  }

  beforeAll(async () => {
    requireProgram('prometheus');
    requireProgram('alertmanager');
    demo = await Demo.start(0);
    expect(demo.unmonitored).toBe('');
    monitoring = demo.monitoring as Monitoring;
  }, DEADLINE_MS);

  afterAll(() => demo.close());

  it('begins with every call answered by its service, and no alert', async () => {
    enter('healthy');
    await eventually('calls', () => counted('success') > 100 || undefined);
    expect(await activeAlerts(monitoring)).toEqual([]);
  });

  it(
    'is seen coming: timeouts, then errors',
    async () => {
      enter('slow');
      await eventually('timeouts', () => counted('timed_out') > 0 || undefined);
      enter('failing');
      await eventually('failures', () => counted('failure') > 0 || undefined);
    },
    DEADLINE_MS,
  );

  it(
    'pages while a service is down: a circuit stays open, and callers are turned away',
    async () => {
      enter('down');
      const services: ServiceName[] = ['servicenow', 'database', 'auth'];
      for (const service of services) {
        const { labels, annotations } = await eventually(`an alert on ${service}`, () =>
          stuckOpen(monitoring, service),
        );
        expect(labels).toMatchObject({ job: 'demo', instance: new URL(demo.metrics).host });
        expect(annotations['description']).toContain(
          `of the last ${LIMITS.stuckOpen.windowSeconds / SCALE}s`,
        );
      }
      await eventually('a page', () => demo.pager.firing.size >= services.length || undefined);
    },
    DEADLINE_MS,
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
    const lines = frame(demo, rates, { width, height, coloured: false });
    expect(lines.length).toBeLessThanOrEqual(height);
    for (const line of lines) {
      expect(paint(line, width, new Ansis(0)).length).toBeLessThanOrEqual(width);
    }
  });

  it(
    'is over when the service is back: no alert is left',
    async () => {
      enter('recovering');
      enter('healthy');
      await eventually(
        'no alert',
        async () => (await activeAlerts(monitoring)).length === 0 || undefined,
      );
      await eventually('all is resolved', () => demo.pager.firing.size === 0 || undefined);
      for (const name of ['servicenow', 'database', 'auth']) {
        const { fired = 0, resolved } =
          demo.pager.history.get(`ResilienceCircuitBreakerStuckOpen ${name}`) ?? {};
        expect(fired).toBeGreaterThan(0);
        expect(resolved).toBe(fired);
      }
    },
    2 * DEADLINE_MS,
  );

  it(
    'leaves the same numbers in the metrics, in Prometheus and in the books of the demo',
    async () => {
      await demo.settle();
      expect(await demo.audit()).toEqual([
        { source: '/metrics', differences: [] },
        { source: 'Prometheus', differences: [] },
      ]);
      const { ledger } = demo.book;
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
    demo.book.count('auth', 'success');
    const audits = await demo.audit({ prometheus: false });
    const count = demo.book.ledger.get('auth success');
    expect(audits).toEqual([
      {
        source: '/metrics',
        differences: [`auth success: ${count} counted, ${Number(count) - 1} in the metrics`],
      },
    ]);
    expect(isBalanced(audits)).toBe(false);
    const text = summary(demo, audits).map((line) => line.map(([each]) => each).join(''));
    expect(text).toContain('The books do not balance.');
    expect(text.find((line) => line.startsWith('Auth'))).toMatch(/ differs$/);
  });
});
