import { afterEach, describe, expect, it, vi } from 'vitest';
import { type DependencyMonitor, monitorDependencies } from '../../src/health/index.ts';
import { createPolicy, type PolicyOverrides } from '../../src/policies/index.ts';
import { breakerNamed, failing, known, routesWith, TOKEN } from '../health/support.ts';

const monitors: DependencyMonitor[] = [];
afterEach(() => {
  for (const monitor of monitors.splice(0)) monitor.stop();
});

async function monitored(checks: Readonly<Record<string, boolean>>) {
  const monitor = monitorDependencies(
    Object.fromEntries(Object.entries(checks).map(([name, there]) => [name, () => there])),
  );
  monitors.push(monitor);
  await monitor.ready;
  return monitor;
}

describe('GET /health', () => {
  it('is healthy without policies, and while circuits are closed', async () => {
    const { get } = routesWith();
    expect((await get('/health')).json.status).toBe('healthy');
    breakerNamed('workday');
    const { status, json } = await get('/health');
    expect([status, json]).toEqual([
      200,
      {
        status: 'healthy',
        breakers: { total: 1, open: 0, half_open: 0, closed: 1, isolated: 0 },
      },
    ]);
  });

  it('is degraded by an open circuit, and fails by it where that is asked for', async () => {
    await failing(breakerNamed('workday'));
    const degraded = await routesWith().get('/health');
    expect([degraded.status, degraded.json.status]).toEqual([200, 'degraded']);
    const fails = await routesWith({ openFails: true }).get('/health');
    expect([fails.status, fails.json.status]).toEqual([503, 'unhealthy']);
  });

  it('does not fail because of an isolated circuit', async () => {
    breakerNamed('workday');
    const { get, post } = routesWith({ openFails: true, token: TOKEN });
    await post('/circuit-breakers/workday/isolate');
    const { status, json } = await get('/health');
    expect([status, json.status]).toEqual([200, 'degraded']);
    await post('/circuit-breakers/workday/release');
  });

  it('fails by an open one, also beside one of its name that is isolated', async () => {
    const [open, isolated] = [breakerNamed('workday'), breakerNamed('workday')];
    await failing(open);
    const handle = isolated.isolate();
    const { get } = routesWith({ openFails: true });
    const { status, json } = await get('/health');
    expect([status, json.breakers.isolated, json.breakers.open]).toEqual([503, 0, 1]);
    handle.dispose();
  });

  it('has monitored dependencies, and is degraded if one is unavailable', async () => {
    const fine = await monitored({ workday: true, ldap: true });
    expect((await routesWith({ dependencies: fine }).get('/health')).json).toMatchObject({
      status: 'healthy',
      dependencies: { total_systems: 2, available_systems: 2, safe_for_bulk_work: true },
    });
    const half = await monitored({ workday: true, ldap: false });
    const { status, json } = await routesWith({ dependencies: half }).get('/health');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      status: 'degraded',
      dependencies: { unavailable_systems: 1, availability_percentage: 50 },
    });
  });
});

describe('GET /policies', () => {
  it('has the counts of each name, with the names of the metrics', async () => {
    const policy = known(createPolicy('own', 'default', { retry: { calls: 1 } }));
    await failing(policy, 1);
    const { own } = (await routesWith().get('/policies')).json.policies;
    expect(own).toMatchObject({
      active: 0,
      executions: { success: 0, failure: 1, rejected: 0 },
      circuit_breaker: {
        state: { closed: 1, open: 0 },
        calls: { failure: 1 },
        administration: { reset: 0 },
      },
      timeout: { calls: { completed: 1 }, limit: 30 },
      telemetry_errors: 0,
    });
    expect(own.errors).toEqual({ 'circuit_breaker:ECONNREFUSED': 1, 'retry:ECONNREFUSED': 1 });
  });

  it('sums policies of one name with different attributes, and has the longest limit', async () => {
    const make = (region: string, duration: number) => {
      const overrides: PolicyOverrides = {
        retry: false,
        timeout: { duration },
        instrument: { attributes: { region } },
      };
      return known(createPolicy('own', 'default', overrides));
    };
    const first = make('eu', 5000);
    const second = make('us', 30_000);
    await first.execute(() => 1);
    await second.execute(() => 1);
    const { own } = (await routesWith().get('/policies')).json.policies;
    expect(own.executions.success).toBe(2);
    expect(own.timeout.limit).toBe(30);
  });

  it('has the longest downtime of policies of one name with different attributes', async () => {
    const downFor = async (region: string) => {
      const policy = createPolicy('own', 'default', {
        retry: false,
        circuitBreaker: { consecutiveFailures: 1 },
        instrument: { attributes: { region } },
      });
      await failing(known(policy), 1);
    };
    vi.useFakeTimers();
    try {
      await downFor('eu');
      vi.advanceTimersByTime(3000);
      await downFor('us');
      vi.advanceTimersByTime(2000);
      const { own } = (await routesWith().get('/policies')).json.policies;
      expect(own.circuit_breaker.downtime).toBeCloseTo(5);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('executions', () => {
  it('are listed while they run, the oldest first, and called off', async () => {
    const { get, ask } = routesWith({ token: TOKEN });
    const policy = known(createPolicy('own', 'default', { retry: false }));
    const endless = policy.execute(
      ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    const foreign = breakerNamed('foreign');
    let finish = () => {};
    const waiting = foreign.execute(() => new Promise<void>((resolve) => (finish = resolve)));
    const { json } = await get('/executions');
    expect(json).toEqual({
      executions: [
        {
          id: expect.any(String),
          name: 'own',
          age_ms: expect.any(Number),
          attempt: 1,
          correlation_id: null,
          abortable: true,
        },
        expect.objectContaining({ name: 'foreign', abortable: false }),
      ],
      total: 2,
    });
    const [{ id }, second] = json.executions;
    const headers = { authorization: `Bearer ${TOKEN}` };
    const gone = ask('DELETE', `/executions/${id}`, { headers });
    await expect(endless).rejects.toMatchObject({ name: 'AbortError' });
    expect((await gone).status).toBe(202);
    expect((await ask('DELETE', `/executions/${second.id}`, { headers })).status).toBe(409);
    finish();
    await waiting;
    expect((await ask('DELETE', `/executions/${id}`, { headers })).status).toBe(404);
    expect((await get('/executions')).json).toEqual({ executions: [], total: 0 });
  });

  it('are called off once', async () => {
    const reported: string[] = [];
    const log = (line: string) => void reported.push(line);
    const logger = { info: log, warn: log, error: log };
    const { get, ask } = routesWith({ token: TOKEN, logger });
    const policy = known(createPolicy('deaf', 'default', { retry: false }));
    let finish = () => {};
    const deaf = policy.execute(() => new Promise<void>((resolve) => (finish = resolve)));
    const [{ id }] = (await get('/executions')).json.executions;
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await ask('DELETE', `/executions/${id}`, { headers })).status).toBe(202);
    const again = await ask('DELETE', `/executions/${id}`, { headers });
    // It may have been answered in between.
    expect([404, 409]).toContain(again.status);
    expect(reported).toEqual(['An execution of deaf was aborted by an operator']);
    finish();
    await deaf.catch(() => {});
  });

  it('are not followed where that is not wanted, nor after the routes were closed', async () => {
    const { get } = routesWith({ executions: false });
    const closed = routesWith();
    closed.routes.close();
    let finish = () => {};
    const waiting = breakerNamed('foreign').execute(
      () => new Promise<void>((resolve) => (finish = resolve)),
    );
    expect((await get('/executions')).json.total).toBe(0);
    expect((await closed.get('/executions')).json.total).toBe(0);
    finish();
    await waiting;
  });
});
