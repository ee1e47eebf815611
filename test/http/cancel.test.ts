import { getEventListeners, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TestSdk } from '../support/metrics.ts';
import { statuses } from './server.ts';
import { client, collectGarbage, QUICK, serve } from './support.ts';

const reason = new Error('the caller has left');

/** Calls it off after so many ms, and says how long it then took to answer, and with what. */
async function leaveAfter(ms: number, call: (signal: AbortSignal) => Promise<unknown>) {
  const controller = new AbortController();
  const answer = call(controller.signal).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await sleep(ms);
  const start = performance.now();
  controller.abort(reason);
  const answered = await answer;
  return { answered, took: performance.now() - start, signal: controller.signal };
}

describe('a call that is called off', () => {
  it('before it began sends nothing', async () => {
    const server = await serve();
    const signal = AbortSignal.abort(reason);
    await expect(client()(server.url, { signal })).rejects.toBe(reason);
    await expect(client()(new Request(server.url, { signal }))).rejects.toBe(reason);
    expect(server.seen).toHaveLength(0);
  });

  it('without a reason is the error of fetch, and no timeout', async () => {
    const server = await serve(() => {});
    const controller = new AbortController();
    const call = client()(server.url, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).toBe(controller.signal.reason);
    expect(error).toMatchObject({ name: 'AbortError' });
  });

  it('while it connects ends at once', async () => {
    // Accepts nobody: its queue is full, and so no connection is ever made.
    const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const fetch = client({ overrides: { ...QUICK, timeout: { seconds: 5 } } });
    const { answered, took } = await leaveAfter(30, (signal) =>
      fetch(`https://127.0.0.1:${port}/`, { signal }),
    );
    expect(answered).toEqual({ error: reason });
    expect(took).toBeLessThan(150);
    server.close();
  });

  it('while it waits for headers ends at once, and closes its connection', async () => {
    let closed = 0;
    const server = await serve((_, response) => void response.on('close', () => closed++));
    const { answered, took } = await leaveAfter(30, (signal) => client()(server.url, { signal }));
    expect(answered).toEqual({ error: reason });
    expect(took).toBeLessThan(150);
    await sleep(50);
    expect([server.seen.length, closed]).toEqual([1, 1]);
  });

  it('in the backoff ends at once, and sends nothing more', async () => {
    const server = await serve(statuses(503));
    const fetch = client({ overrides: { ...QUICK, retry: { firstWaitSeconds: 0.2 } } });
    const { answered, took } = await leaveAfter(80, (signal) => fetch(server.url, { signal }));
    expect(answered).toEqual({ error: reason });
    expect(took).toBeLessThan(150);
    await sleep(250);
    expect(server.seen).toHaveLength(1);
  });

  it('in the queue of a bulkhead ends at once, and is never sent', async () => {
    const server = await serve((_, response) => void setTimeout(() => response.end(), 150));
    const fetch = client({ overrides: { ...QUICK, bulkhead: { limit: 1, queue: 5 } } });
    const first = fetch(server.url);
    const { answered, took } = await leaveAfter(30, (signal) => fetch(server.url, { signal }));
    expect(answered).toEqual({ error: reason });
    expect(took).toBeLessThan(150);
    expect((await first).status).toBe(200);
    expect((await fetch(server.url)).status).toBe(200);
    expect(server.seen).toHaveLength(2);
  });

  it('in a refresh of the token ends at once', async () => {
    const server = await serve(statuses(401));
    const fetch = client({ refreshToken: () => sleep(200, 'token') });
    const { answered, took } = await leaveAfter(50, (signal) => fetch(server.url, { signal }));
    expect(answered).toEqual({ error: reason });
    expect(took).toBeLessThan(150);
    await sleep(200);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['breaks it off', () => {}],
    ['breaks it off, whatever memory was freed since', collectGarbage],
  ])('while the body comes %s', async (_, meanwhile) => {
    const server = await serve((_, response) => void response.write('half'));
    const { answered } = await leaveAfter(200, async (signal) => {
      const { body } = await client()(server.url, { signal });
      const reader = body?.getReader();
      await reader?.read();
      await sleep(10);
      meanwhile();
      return reader?.read();
    });
    expect(answered).toEqual({ error: reason });
  });

  it('ends with the reason also where what sends does not listen', async () => {
    const fetch = client({ fetch: () => new Promise(() => {}) });
    const { answered } = await leaveAfter(20, (signal) => fetch('http://127.0.0.1/', { signal }));
    expect(answered).toEqual({ error: reason });
  });

  it('opens no circuit and leaves no listener, however often', async () => {
    const server = await serve(() => {});
    const fetch = client({ overrides: QUICK });
    for (let call = 0; call < 7; call++) {
      const { signal } = await leaveAfter(10, (signal) => fetch(server.url, { signal }));
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
    server.answer = statuses(200);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('by the signal of a Request, or that of an init that comes before it', async () => {
    const server = await serve(() => {});
    const fetch = client();
    const own = new AbortController().signal;
    const byRequest = await leaveAfter(20, (signal) => fetch(new Request(server.url, { signal })));
    expect(byRequest.answered).toEqual({ error: reason });
    const byInit = await leaveAfter(20, (signal) =>
      fetch(new Request(server.url, { signal: own }), { signal }),
    );
    expect(byInit.answered).toEqual({ error: reason });
  });

  it('by the signal of a Request is not, where the init has none on purpose', async () => {
    const server = await serve((_, response) => void setTimeout(() => response.end(), 60));
    const { answered } = await leaveAfter(20, (signal) =>
      client()(new Request(server.url, { signal }), { signal: null }),
    );
    expect(answered).toMatchObject({ value: { status: 200 } });
  });

  it('is counted as cancelled', async () => {
    const sdk = new TestSdk();
    const server = await serve(() => {});
    const fetch = client({
      overrides: { ...QUICK, instrument: { meterProvider: sdk.provider } },
    });
    await leaveAfter(20, (signal) => fetch(server.url, { signal }));
    await sleep(1);
    const outcome = { 'resilience.outcome': 'cancelled' };
    expect(await sdk.value('resilience.executions', outcome)).toBe(1);
    expect(await sdk.value('resilience.execution.active')).toBe(0);
  });
});

describe('a signal that outlives its calls', () => {
  it('is no leak to Node, however often they are tried again', async () => {
    const server = await serve(statuses(503));
    const { signal } = new AbortController();
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    const fetch = client({ overrides: { retry: { calls: 16, waitsSeconds: [0.001] } } });
    await fetch(server.url, { signal });
    server.answer = (_, response) => void response.destroy();
    await expect(fetch(server.url)).rejects.toThrow(TypeError);
    await sleep(5);
    process.off('warning', warned);
    expect(warnings).toEqual([]);
    expect(server.seen).toHaveLength(32);
  });

  it('has one listener for all of them, and none when they are over', async () => {
    const server = await serve((_, response) => void setTimeout(() => response.end(), 30));
    const { signal } = new AbortController();
    const fetch = client();
    const calls = Array.from({ length: 30 }, () => fetch(server.url, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await Promise.all((await Promise.all(calls)).map((response) => response.text()));
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
  });
});
