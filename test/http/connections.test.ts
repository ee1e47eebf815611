import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { client, collectGarbage, QUICK, serve, via } from './support.ts';

/** A pool of one connection. */
const single = () => via(new Agent({ connections: 1, keepAliveTimeout: 30_000 }));

const padding = (kib: number) => Buffer.alloc(kib * 1024, 'x');

describe('the connection of a discarded response', () => {
  it('is reused by the next attempt if the body has at most 100 KiB', async () => {
    for (const kib of [0, 1, 100]) {
      const server = await serve((_, response, nth) => {
        response.writeHead(nth % 4 ? 503 : 200).end(nth % 4 ? padding(kib) : 'done');
      });
      const init = single();
      const fetch = client({ overrides: { ...QUICK, circuitBreaker: false } });
      for (let call = 0; call < 5; call++) {
        expect(await (await fetch(server.url, init)).text()).toBe('done');
      }
      expect.soft({ kib, requests: server.seen.length, connections: server.connections }).toEqual({
        kib,
        requests: 20,
        connections: 1,
      });
      await init.dispatcher.close();
    }
  });

  it('is closed if the body is long, and the next attempt opens a new one', async () => {
    const server = await serve((_, response, nth) => {
      response.writeHead(nth === 1 ? 503 : 200).end(nth === 1 ? padding(20_000) : 'done');
    });
    const init = single();
    expect(await (await client()(server.url, init)).text()).toBe('done');
    expect(server.connections).toBe(2);
    expect(server.open.size).toBe(1);
    await init.dispatcher.close();
  });

  it('is closed if the body does not arrive', async () => {
    const server = await serve((_, response, nth) => {
      if (nth > 1) response.end('done');
      else response.writeHead(503, { 'content-length': 10 }).write('half');
    });
    const init = single();
    const fetch = client({ overrides: { ...QUICK, timeout: { duration: 5000 } } });
    expect(await (await fetch(server.url, init)).text()).toBe('done');
    expect(server.connections).toBe(2);
    await init.dispatcher.close();
  });

  it('is reused after a 404 that is null, and after a fallback', async () => {
    const server = await serve((_, response, nth) => {
      response.writeHead(nth === 1 ? 404 : 503).end(padding(100));
    });
    const init = single();
    const fetch = client({
      nullOn404: true,
      overrides: {
        ...QUICK,
        retry: false,
        fallback: { type: 'value', answer: () => new Response('instead') },
      },
    });
    expect(await fetch(server.url, init)).toBeNull();
    for (let call = 0; call < 3; call++) {
      expect(await (await fetch(server.url, init))?.text()).toBe('instead');
    }
    expect(server.seen).toHaveLength(4);
    expect(server.connections).toBe(1);
    await init.dispatcher.close();
  });

  it('is reused after a 401, for the request with the new token', async () => {
    const server = await serve(({ headers }, response) => {
      response.writeHead(headers.authorization ? 200 : 401).end(padding(100));
    });
    const init = single();
    const fetch = client({ refreshToken: () => 'token' });
    expect(await (await fetch(server.url, init)).arrayBuffer()).toHaveProperty('byteLength');
    expect([server.seen.length, server.connections]).toEqual([2, 1]);
    await init.dispatcher.close();
  });
});

describe('many calls', () => {
  it('leave no timer, socket, listener or body', async () => {
    const server = await serve((_, response, nth) => {
      response.writeHead(nth % 3 ? 200 : 503).end('answer');
    });
    const init = via(new Agent({ connections: 10 }));
    const fetch = client({ overrides: { ...QUICK, retry: { initialDelay: 1 } } });
    const { signal } = new AbortController();
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);

    const bodies: WeakRef<object>[] = [];
    const call = async () => {
      const response = await fetch(server.url, { signal, ...init });
      bodies.push(new WeakRef(response.body ?? response));
      return response.text();
    };
    await call();
    const before = process
      .getActiveResourcesInfo()
      .filter((resource) => resource === 'Timeout').length;
    for (let round = 0; round < 15; round++) await Promise.all(Array.from({ length: 50 }, call));
    await sleep(10);

    const timers = process
      .getActiveResourcesInfo()
      .filter((resource) => resource === 'Timeout').length;
    expect(timers).toBeLessThanOrEqual(before + 1);
    expect(server.connections).toBeLessThanOrEqual(10);
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
    // Connections retain the last bodies that they transferred.
    collectGarbage();
    expect(bodies.filter((body) => body.deref()).length).toBeLessThan(bodies.length / 5);
    expect(warnings).toEqual([]);
    process.off('warning', warned);
    await init.dispatcher.close();
  });
});
