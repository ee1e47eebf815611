import { getEventListeners, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TestSdk } from '../support/metrics.ts';
import { statuses } from './server.ts';
import { client, collectGarbage, QUICK, serve } from './support.ts';

const reason = new Error('aborted by the caller');

/** Aborts a call after a delay in ms; returns how it settled, and how long after the abort. */
async function abortAfter(delay: number, call: (signal: AbortSignal) => Promise<unknown>) {
  const controller = new AbortController();
  const settled = call(controller.signal).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await sleep(delay);
  const start = performance.now();
  controller.abort(reason);
  const result = await settled;
  return { result, ms: performance.now() - start, signal: controller.signal };
}

describe('an aborted call', () => {
  it('sends nothing if its signal is aborted before', async () => {
    const server = await serve();
    const signal = AbortSignal.abort(reason);
    await expect(client()(server.url, { signal })).rejects.toBe(reason);
    await expect(client()(new Request(server.url, { signal }))).rejects.toBe(reason);
    expect(server.seen).toHaveLength(0);
  });

  it('without a reason rejects with an AbortError, not a timeout', async () => {
    const server = await serve(() => {});
    const controller = new AbortController();
    const call = client()(server.url, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).toBe(controller.signal.reason);
    expect(error).toMatchObject({ name: 'AbortError' });
  });

  it('rejects at once while it connects', async () => {
    // A TCP server that never answers the TLS handshake.
    const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const fetch = client({ overrides: { ...QUICK, timeout: { duration: 5000 } } });
    const { result, ms } = await abortAfter(30, (signal) =>
      fetch(`https://127.0.0.1:${port}/`, { signal }),
    );
    expect(result).toEqual({ error: reason });
    expect(ms).toBeLessThan(150);
    server.close();
  });

  it('rejects at once while it waits for headers, and closes its connection', async () => {
    let closed = 0;
    const server = await serve((_, response) => void response.on('close', () => closed++));
    const { result, ms } = await abortAfter(30, (signal) => client()(server.url, { signal }));
    expect(result).toEqual({ error: reason });
    expect(ms).toBeLessThan(150);
    await sleep(50);
    expect([server.seen.length, closed]).toEqual([1, 1]);
  });

  it('rejects at once in the backoff, and sends nothing more', async () => {
    const server = await serve(statuses(503));
    const fetch = client({ overrides: { ...QUICK, retry: { initialDelay: 200 } } });
    const { result, ms } = await abortAfter(80, (signal) => fetch(server.url, { signal }));
    expect(result).toEqual({ error: reason });
    expect(ms).toBeLessThan(150);
    await sleep(250);
    expect(server.seen).toHaveLength(1);
  });

  it('rejects at once in the queue of a bulkhead, and is never sent', async () => {
    const server = await serve((_, response) => void setTimeout(() => response.end(), 150));
    const fetch = client({ overrides: { ...QUICK, bulkhead: { limit: 1, queue: 5 } } });
    const first = fetch(server.url);
    const { result, ms } = await abortAfter(30, (signal) => fetch(server.url, { signal }));
    expect(result).toEqual({ error: reason });
    expect(ms).toBeLessThan(150);
    expect((await first).status).toBe(200);
    expect((await fetch(server.url)).status).toBe(200);
    expect(server.seen).toHaveLength(2);
  });

  it('rejects at once during a token refresh', async () => {
    const server = await serve(statuses(401));
    const fetch = client({ refreshToken: () => sleep(200, 'token') });
    const { result, ms } = await abortAfter(50, (signal) => fetch(server.url, { signal }));
    expect(result).toEqual({ error: reason });
    expect(ms).toBeLessThan(150);
    await sleep(200);
    expect(server.seen).toHaveLength(1);
  });

  it('rejects the reading of its body, also after a garbage collection', async () => {
    for (const meanwhile of [() => {}, collectGarbage]) {
      const server = await serve((_, response) => void response.write('half'));
      const { result } = await abortAfter(200, async (signal) => {
        const { body } = await client()(server.url, { signal });
        const reader = body?.getReader();
        await reader?.read();
        await sleep(10);
        meanwhile();
        return reader?.read();
      });
      expect.soft(result).toEqual({ error: reason });
    }
  });

  it('rejects with the reason if the option `fetch` ignores its signal', async () => {
    const fetch = client({ fetch: () => new Promise(() => {}) });
    const { result } = await abortAfter(20, (signal) => fetch('http://127.0.0.1/', { signal }));
    expect(result).toEqual({ error: reason });
  });

  it('opens no circuit and leaves no listener', async () => {
    const server = await serve(() => {});
    const fetch = client({ overrides: QUICK });
    for (let call = 0; call < 7; call++) {
      const { signal } = await abortAfter(10, (signal) => fetch(server.url, { signal }));
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
    server.answer = statuses(200);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('follows the signal of a Request, unless `init` has one', async () => {
    const server = await serve(() => {});
    const fetch = client();
    const unused = new AbortController().signal;
    const byRequest = await abortAfter(20, (signal) => fetch(new Request(server.url, { signal })));
    expect(byRequest.result).toEqual({ error: reason });
    const byInit = await abortAfter(20, (signal) =>
      fetch(new Request(server.url, { signal: unused }), { signal }),
    );
    expect(byInit.result).toEqual({ error: reason });
  });

  it('does not follow the signal of a Request if that of `init` is null', async () => {
    const server = await serve((_, response) => void setTimeout(() => response.end(), 60));
    const { result } = await abortAfter(20, (signal) =>
      client()(new Request(server.url, { signal }), { signal: null }),
    );
    expect(result).toMatchObject({ value: { status: 200 } });
  });

  it('has the outcome cancelled', async () => {
    const sdk = new TestSdk();
    const server = await serve(() => {});
    const fetch = client({
      overrides: { ...QUICK, instrument: { meterProvider: sdk.provider } },
    });
    await abortAfter(20, (signal) => fetch(server.url, { signal }));
    await sleep(1);
    const outcome = { 'resilience.outcome': 'cancelled' };
    expect(await sdk.value('resilience.executions', outcome)).toBe(1);
    expect(await sdk.value('resilience.execution.active')).toBe(0);
  });
});

describe('a signal that outlives its calls', () => {
  it('causes no leak warning of Node over 15 retries', async () => {
    const server = await serve(statuses(503));
    const { signal } = new AbortController();
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    const fetch = client({ overrides: { retry: { calls: 16, delays: [1] } } });
    await fetch(server.url, { signal });
    server.answer = (_, response) => void response.destroy();
    await expect(fetch(server.url)).rejects.toThrow(TypeError);
    await sleep(5);
    process.off('warning', warned);
    expect(warnings).toEqual([]);
    expect(server.seen).toHaveLength(32);
  });

  it('has one listener for all calls, and at most one afterwards', async () => {
    const server = await serve((_, response) => void setTimeout(() => response.end(), 30));
    const { signal } = new AbortController();
    const fetch = client();
    const calls = Array.from({ length: 30 }, () => fetch(server.url, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await Promise.all((await Promise.all(calls)).map((response) => response.text()));
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
  });
});
