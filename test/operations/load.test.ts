import { setImmediate } from 'node:timers/promises';
import { bulkhead, ConsecutiveBreaker, circuitBreaker, handleAll, retry, wrap } from 'cockatiel';
import { afterEach, describe, expect, it } from 'vitest';
import { type HealthServer, healthRoutes, listen } from '../../src/health/index.ts';
import { EXECUTIONS } from '../../src/semconv/metrics.ts';
import { known, TOKEN } from '../health/support.ts';
import { TestSdk } from '../support/metrics.ts';

const STACKS = 20;
const MANY = 1000;
const WAVES = 100;
const CALLS_OF_A_WAVE = 50;
const REQUESTS_OF_A_WAVE = 5;
const PATHS = ['/health', '/circuit-breakers', '/policies', '/executions', '/health'];

const running: HealthServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((item) => item.close()));
});

async function start(): Promise<string> {
  const listening = await listen({ token: TOKEN }, { port: 0 });
  running.push(listening);
  return listening.url;
}

async function reported(url: string): Promise<{ readonly [field: string]: Told }> {
  return (await (await fetch(url)).json()) as { readonly [field: string]: Told };
}

type Told = Readonly<Record<string, unknown>>;

const newBreaker = () =>
  circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) });

/** Stacks that report to a real SDK. */
function stacks(sdk: TestSdk) {
  return Array.from({ length: STACKS }, (_, i) => {
    const stack = wrap(retry(handleAll, { maxAttempts: 2 }), newBreaker(), bulkhead(1000));
    return known(sdk.instrument(`stack ${i}`, stack));
  });
}

describe('health requests while calls go on', () => {
  it('are all answered, and no call is lost, changed or counted twice', async () => {
    const sdk = new TestSdk();
    const policies = stacks(sdk);
    const url = await start();
    const calls: Promise<unknown>[] = [];
    const requests: Promise<number>[] = [];
    const ask = async (path: string) => {
      const response = await fetch(`${url}${path}`);
      // Half an answer is none.
      await response.json();
      return response.status;
    };
    for (let wave = 0; wave < WAVES; wave++) {
      for (let i = 0; i < CALLS_OF_A_WAVE; i++) {
        const index = calls.length;
        const policy = policies[index % STACKS];
        // Half of them wait for something.
        const work = () => (index % 2 === 0 ? index : setImmediate(index));
        calls.push(policy?.execute(work) ?? Promise.reject());
      }
      for (let i = 0; i < REQUESTS_OF_A_WAVE; i++) requests.push(ask(PATHS[i] ?? ''));
      await setImmediate();
    }
    const count = WAVES * CALLS_OF_A_WAVE;
    expect(await Promise.all(calls)).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(new Set(await Promise.all(requests))).toEqual(new Set([200]));

    const points = await sdk.points(EXECUTIONS.name);
    const ended = points.filter(({ value }) => value !== 0);
    expect(ended.map(({ value }) => value)).toEqual(Array(STACKS).fill(count / STACKS));
    const { policies: counts } = await reported(`${url}/policies`);
    for (let i = 0; i < STACKS; i++) {
      expect(counts?.[`stack ${i}`]).toMatchObject({
        active: 0,
        executions: { success: count / STACKS, failure: 0, rejected: 0 },
        telemetry_errors: 0,
      });
    }
    expect(await reported(`${url}/executions`)).toEqual({ executions: [], total: 0 });
  });

  it.each(['/policies', '/circuit-breakers'])('let calls have their turn: %s', async (path) => {
    const sdk = new TestSdk();
    const name = path === '/policies' ? 'policies' : 'breakers';
    for (let i = 0; i < MANY; i++) known(sdk.instrument(`one of many ${i}`, newBreaker()));
    const health = healthRoutes();
    let turns = 0;
    let answered = false;
    const answer = health.fetch(new Request(`http://localhost${path}`)).finally(() => {
      answered = true;
    });
    while (!answered) {
      await setImmediate();
      turns++;
    }
    const reported = (await (await answer).json()) as Record<string, object>;
    expect(Object.keys(reported[name] ?? {}).length).toBeGreaterThanOrEqual(MANY);
    expect(turns).toBeGreaterThan(5);
    health.close();
  });

  it('show an operation at once', async () => {
    const policies = stacks(new TestSdk());
    const url = await start();
    const breakers = async () => (await reported(`${url}/health`))['breakers'];
    const administer = (name: string, action: string) =>
      fetch(`${url}/circuit-breakers/${encodeURIComponent(name)}/${action}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}` },
      });
    const calls = policies.flatMap((policy) =>
      Array.from({ length: 50 }, () => policy.execute(() => setImmediate(1))),
    );
    expect(await breakers()).toMatchObject({ total: STACKS, isolated: 0 });
    await administer('stack 3', 'isolate');
    expect(await breakers()).toMatchObject({ total: STACKS, isolated: 1 });
    await administer('stack 3', 'release');
    expect(await breakers()).toMatchObject({ total: STACKS, isolated: 0 });
    await Promise.all(calls);
  });
});
