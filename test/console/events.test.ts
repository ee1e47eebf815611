import { hostname } from 'node:os';
import {
  bulkhead,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  ConstantBackoff,
  circuitBreaker,
  fallback,
  handleAll,
  handleWhen,
  isBrokenCircuitError,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { instrument, uninstrument } from '../../src/index.ts';
import { policyMetrics } from '../../src/instrument.ts';
import { PolicyMetrics } from '../../src/metrics/policy-metrics.ts';
import { EventFeed } from '../../src/operations/events/event-feed.ts';
import { LIMITS } from '../../src/presets/thresholds.ts';
import { appWith, rowOf, StreamReader } from './support.ts';

/** Nobody looks any more, and nobody comes back. */
const LINGER_MS = 22_000;

const made: { execute: unknown }[] = [];
const readers: StreamReader[] = [];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.cancel();
  for (const policy of made.splice(0)) uninstrument(policy);
  await vi.advanceTimersByTimeAsync(LINGER_MS);
  vi.useRealTimers();
});

async function openStream(app = appWith(), env?: object): Promise<StreamReader> {
  const reader = await StreamReader.at(app, env);
  readers.push(reader);
  return reader;
}

function named<P extends { execute: unknown }>(name: string, policy: P): P {
  made.push(policy);
  return instrument(name, policy);
}

const breakerOf = (failures = 2): CircuitBreakerPolicy =>
  circuitBreaker(handleAll, {
    halfOpenAfter: 10_000,
    breaker: new ConsecutiveBreaker(failures),
  });

const failing = () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }));
const tapOf = (name: string) =>
  policyMetrics().find((scope) => scope.name === name)?.execution?.duration.observer;

describe('the stream of the live page', () => {
  it('sends a snapshot first, then the changes of each second', async () => {
    const policy = named('servicenow', breakerOf());
    named('quiet', breakerOf());
    const reader = await openStream(appWith({ service: 'orders', canAdminister: true }));
    const snapshot = await reader.snapshot();
    expect(snapshot).toMatchObject({
      service: 'orders',
      canAdminister: true,
      omittedNames: 0,
      events: [],
    });
    expect(snapshot.limits).toMatchObject({
      p95Seconds: LIMITS.latency.seconds,
      timeouts: LIMITS.timeouts.ratio,
    });
    expect(snapshot.rows.map(({ name }) => name)).toEqual(['servicenow', 'quiet']);
    expect(snapshot.times).toHaveLength(1);

    await policy.execute(failing).catch(() => {});
    await policy.execute(failing).catch(() => {});
    await policy.execute(failing).catch(() => {});
    await vi.advanceTimersByTimeAsync(1000);
    const update = await reader.update();
    expect(update.rows.map(({ name }) => name)).toEqual(['servicenow']);
    expect(rowOf(update, 'servicenow')).toMatchObject({
      latest: [0, 0, 2, 1, 0, 0, 0],
      outcomes: [0, 0, 2, 1, 0, 0, 0],
      breaker: {
        state: 'open',
        states: [0, 1, 0, 0],
        failures: 2,
        lastErrorType: 'ECONNREFUSED',
        isIsolatedByOperator: false,
      },
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(rowOf(await reader.update(), 'servicenow').latest).toEqual([0, 0, 0, 0, 0, 0, 0]);
    await vi.advanceTimersByTimeAsync(1000);
    // A sign of life.
    expect((await reader.update()).rows).toEqual([]);
  });

  it('has all members of a stack, and no others', async () => {
    const broken = handleWhen((error) => !isBrokenCircuitError(error));
    const stack = named(
      'llm',
      wrap(
        fallback(handleAll, 'cached'),
        retry(broken, { maxAttempts: 2, backoff: new ConstantBackoff(1) }),
        breakerOf(10),
        timeout(5000, TimeoutStrategy.Aggressive),
        bulkhead(10, 5),
      ),
    );
    named('bare', breakerOf());
    const reader = await openStream();
    await reader.snapshot();
    const answers = Promise.all([stack.execute(failing), stack.execute(async () => 'fine')]);
    await vi.advanceTimersByTimeAsync(500);
    expect(await answers).toEqual(['cached', 'fine']);
    let finish = () => {};
    const running = stack.execute(() => new Promise<void>((resolve) => (finish = resolve)));
    await vi.advanceTimersByTimeAsync(500);
    const update = await reader.update();
    expect(rowOf(update, 'llm')).toMatchObject({
      active: 1,
      latest: [1, 1, 0, 0, 0, 0, 0],
      retry: { calls: 2, retries: 2, exhausted: 1 },
      timeout: { timedOut: 0, limit: 5 },
      bulkhead: { active: 1, limit: 10, queued: 0, rejected: 0 },
      fallback: { calls: 2, used: 1, failed: 0 },
    });
    finish();
    await running;
    await vi.advanceTimersByTimeAsync(1000);
    const row = rowOf(await reader.update(), 'llm');
    expect(row.timedCalls).toBe(3);
    expect(row.p95).toBeGreaterThan(0.4);
    expect(rowOf(await (await openStream()).snapshot(), 'bare')).not.toHaveProperty('retry');
  });

  it('costs nothing without viewers', async () => {
    const policy = named('servicenow', breakerOf());
    const read = vi.spyOn(PolicyMetrics.prototype, 'read');
    const app = appWith();
    expect(tapOf('servicenow')).toBeUndefined();
    const [first, second] = [await openStream(app), await openStream(app)];
    expect(tapOf('servicenow')).toBeDefined();
    read.mockClear();
    await vi.advanceTimersByTimeAsync(1000);
    expect(read).toHaveBeenCalledTimes(1);

    await first.cancel();
    expect(tapOf('servicenow')).toBeDefined();
    second.abort();
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    expect(tapOf('servicenow')).toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
    read.mockClear();
    await policy.execute(async () => {});
    await vi.advanceTimersByTimeAsync(5000);
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  });

  it('keeps its history when the only viewer reconnects soon', async () => {
    const policy = named('servicenow', breakerOf());
    const app = appWith();
    const first = await openStream(app);
    await policy.execute(async () => {});
    await vi.advanceTimersByTimeAsync(1000);
    first.abort();
    await policy.execute(async () => {});
    await vi.advanceTimersByTimeAsync(15_000);
    const snapshot = await (await openStream(app)).snapshot();
    expect(snapshot.times).toHaveLength(17);
    expect(rowOf(snapshot, 'servicenow').outcomes[0]).toBe(2);
    // It stays for as long as somebody looks again.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tapOf('servicenow')).toBeDefined();
  });

  it('identifies the process, and has monotonic times', async () => {
    named('servicenow', breakerOf());
    const app = appWith();
    const reader = await openStream(app);
    const { instance, startedAt } = await reader.snapshot();
    expect(instance).toBe(`${hostname()}:${process.pid}`);
    expect(startedAt).toBeLessThanOrEqual(Date.now());
    await vi.advanceTimersByTimeAsync(2000);
    vi.setSystemTime(Date.now() - 3600_000);
    await vi.advanceTimersByTimeAsync(1000);
    const { at, times } = await (await openStream(app)).snapshot();
    expect(times).toEqual([at - 3000, at - 2000, at - 1000, at]);
    for (let second = 0; second < 3; second++) expect((await reader.update()).elapsed).toBe(1000);
  });

  it('starts no stream for a HEAD request', async () => {
    named('servicenow', breakerOf());
    const response = await appWith().request('/events', { method: 'HEAD' });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends the history to a later viewer', async () => {
    const policy = named('servicenow', breakerOf());
    const app = appWith();
    await openStream(app);
    await policy.execute(async () => {});
    await vi.advanceTimersByTimeAsync(3000);
    const snapshot = await (await openStream(app)).snapshot();
    expect(snapshot.times).toHaveLength(4);
    expect(snapshot.history).toEqual([[[0, 1, 0, 0], 0, 0, 0, 0, 0, 0]]);
    expect(rowOf(snapshot, 'servicenow').outcomes[0]).toBe(1);
  });

  it('shares counts with viewers of other routes in the process', async () => {
    const policy = named('servicenow', breakerOf());
    const [one, second] = [await openStream(), await openStream()];
    await one.snapshot();
    await second.snapshot();
    await policy.execute(async () => {});
    await vi.advanceTimersByTimeAsync(1000);
    expect(rowOf(await one.update(), 'servicenow')).toEqual(
      rowOf(await second.update(), 'servicenow'),
    );
  });

  it('counts every call of a name that appears during a stream', async () => {
    const reader = await openStream();
    expect((await reader.snapshot()).rows).toEqual([]);
    const policy = named('late', breakerOf());
    await policy.execute(async () => {});
    await vi.advanceTimersByTimeAsync(1000);
    expect(rowOf(await reader.update(), 'late').latest[0]).toBe(1);
    uninstrument(policy);
    await vi.advanceTimersByTimeAsync(1000);
    expect((await reader.update()).removed).toEqual(['late']);
  });

  it('has the average utilization of a bulkhead', async () => {
    const policy = named('llm', bulkhead(2));
    const reader = await openStream();
    await reader.snapshot();
    let finish = () => {};
    const running = policy.execute(() => new Promise<void>((resolve) => (finish = resolve)));
    for (let second = 0; second < 60; second++) await vi.advanceTimersByTimeAsync(1000);
    finish();
    await running;
    for (let second = 0; second < 30; second++) await vi.advanceTimersByTimeAsync(1000);
    const reported: unknown[] = [];
    for (let second = 0; second < 90; second++) {
      const row = (await reader.update()).rows[0];
      if (row) reported.push(row.bulkhead?.saturation);
    }
    expect(reported[0]).toBe(0.008);
    expect(Math.max(...(reported as number[]))).toBe(0.5);
    expect(reported.at(-1)).toBe(0.25);
  });

  it('counts only new calls of a policy that is instrumented again', async () => {
    const policy = named('servicenow', breakerOf());
    for (let call = 0; call < 20; call++) await policy.execute(async () => {});
    uninstrument(policy);
    const reader = await openStream();
    await reader.snapshot();
    instrument('servicenow', policy);
    await vi.advanceTimersByTimeAsync(1000);
    expect(rowOf(await reader.update(), 'servicenow').outcomes[0]).toBe(0);
    await policy.execute(async () => {});
    await vi.advanceTimersByTimeAsync(1000);
    expect(rowOf(await reader.update(), 'servicenow').latest[0]).toBe(1);
    uninstrument(policy);
    await vi.advanceTimersByTimeAsync(1000);
    await reader.update();
    instrument('servicenow', policy);
    await policy.execute(async () => {});
    await vi.advanceTimersByTimeAsync(1000);
    expect(rowOf(await reader.update(), 'servicenow').outcomes[0]).toBe(1);
  });

  it('loses no calls of others where one of a name goes', async () => {
    const [eu, us] = ['eu', 'us'].map((region) => {
      const policy = breakerOf();
      made.push(policy);
      return instrument('servicenow', policy, { attributes: { region } });
    }) as [CircuitBreakerPolicy, CircuitBreakerPolicy];
    for (let call = 0; call < 50; call++) await us.execute(async () => {});
    const reader = await openStream();
    await reader.snapshot();
    for (let call = 0; call < 3; call++) await eu.execute(async () => {});
    uninstrument(us);
    await vi.advanceTimersByTimeAsync(1000);
    expect(rowOf(await reader.update(), 'servicenow').latest[0]).toBe(3);
  });

  it('has a row for all trouble where there are more names than rows', async () => {
    const policies = Array.from({ length: 2003 }, (_, index) => named(`${index}`, breakerOf(1)));
    const reader = await openStream();
    const snapshot = await reader.snapshot();
    expect(snapshot.rows).toHaveLength(2000);
    expect(snapshot).toMatchObject({ omittedNames: 3, states: [2003, 0, 0, 0] });
    const last = policies[2002] as CircuitBreakerPolicy;
    await last.execute(failing).catch(() => {});
    await vi.advanceTimersByTimeAsync(1000);
    const update = await reader.update();
    expect(update).toMatchObject({ omittedNames: 3, states: [2002, 1, 0, 0] });
    expect(update.removed).toHaveLength(1);
    expect(rowOf(update, '2002').breaker?.state).toBe('open');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await reader.update()).toMatchObject({ removed: [], rows: [] });
  });

  it('sums several sets of attributes of one name', async () => {
    for (const region of ['eu', 'us']) {
      const policy = breakerOf();
      made.push(policy);
      instrument('servicenow', policy, { attributes: { region } });
    }
    const snapshot = await (await openStream()).snapshot();
    expect(snapshot.rows).toHaveLength(1);
    expect(rowOf(snapshot, 'servicenow').breaker?.states).toEqual([2, 0, 0, 0]);
  });

  it('sends each event once', async () => {
    const news = new EventFeed();
    const item = (name: string) =>
      ({ at: 1, kind: 'state_change', name, text: 'opened', tone: 'bad' }) as const;
    news.add(item('a'));
    const app = appWith({ events: news });
    const first = await openStream(app);
    expect((await first.snapshot()).events).toEqual([item('a')]);
    news.add(item('b'));
    await vi.advanceTimersByTimeAsync(1000);
    expect((await first.update()).events).toEqual([item('b')]);
    await vi.advanceTimersByTimeAsync(1000);
    expect((await first.update()).events).toEqual([]);
  });

  it('sends events once to a viewer who connects between two updates', async () => {
    const news = new EventFeed();
    const app = appWith({ events: news });
    await openStream(app);
    news.add({ at: 1, kind: 'state_change', name: 'a', text: 'opened', tone: 'bad' });
    const second = await openStream(app);
    expect((await second.snapshot()).events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect((await second.update()).events).toHaveLength(1);
  });

  it('ends the oldest stream of the client with the most streams for a new viewer', async () => {
    const app = appWith({ maxViewers: 3 });
    const from = (remoteAddress: string) => ({ incoming: { socket: { remoteAddress } } });
    const second = await openStream(app, from('10.0.0.1'));
    const greedy = [
      await openStream(app, from('10.0.0.2')),
      await openStream(app, from('10.0.0.2')),
      await openStream(app, from('10.0.0.2')),
    ];
    for (const reader of greedy) expect(reader.response.status).toBe(200);
    await openStream(app, from('10.0.0.3'));
    expect([await greedy[0]?.ended(), await greedy[1]?.ended()]).toEqual([true, true]);
    await second.snapshot();
    await greedy[2]?.snapshot();
    await vi.advanceTimersByTimeAsync(1000);
    await second.update();
    await greedy[2]?.update();
  });

  it('ends where the server that it came through is closed, so that the process can end', async () => {
    const server = { listening: true };
    const reader = await openStream(appWith(), { incoming: { socket: { server } } });
    await reader.snapshot();
    await vi.advanceTimersByTimeAsync(1000);
    await reader.update();
    server.listening = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(await reader.ended()).toBe(true);
  });

  it('is not delayed by compression', async () => {
    const reader = await openStream();
    expect(reader.response.headers.get('cache-control')).toBe('no-cache, no-transform');
  });

  it('ends the stream of a viewer who does not read, and drops its queue', async () => {
    const policy = named('n'.repeat(100_000), breakerOf());
    const app = appWith();
    const response = await app.request('/events');
    for (let second = 0; second < 15; second++) {
      await policy.execute(async () => {});
      await vi.advanceTimersByTimeAsync(1000);
    }
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    expect(vi.getTimerCount()).toBe(0);
    expect(await response.text()).toBe('');
  });

  it('continues if the state of a custom policy cannot be read', async () => {
    const broken = named('broken', breakerOf());
    named('fine', breakerOf());
    Object.defineProperty(broken, 'state', {
      get() {
        throw new Error('not today');
      },
    });
    const reader = await openStream();
    expect((await reader.snapshot()).rows.map(({ name }) => name)).toEqual(['broken', 'fine']);
    await vi.advanceTimersByTimeAsync(2000);
    expect((await reader.update()).rows).toEqual([]);
  });

  it('lets names be anything', async () => {
    const names = [
      '__proto__',
      '<img src=x onerror=alert(1)>',
      'a\n\nevent: snapshot\ndata: {}',
      '\ud800',
    ];
    for (const name of names) named(name, breakerOf());
    const snapshot = await (await openStream()).snapshot();
    expect(snapshot.rows.map(({ name }) => name)).toEqual(names);
  });
});
