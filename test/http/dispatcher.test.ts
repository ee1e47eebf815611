import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as undici6 from 'undici';
import * as undici7 from 'undici7';
import { describe, expect, it } from 'vitest';
import { cert, key } from './certificate.ts';
import { statuses } from './server.ts';
import { client, serve, via } from './support.ts';

describe.each([
  ['6', undici6],
  ['7', undici7],
])('with a dispatcher of undici %s', (_, { Agent, ProxyAgent }) => {
  it('its pool is used for all attempts', async () => {
    const server = await serve((request, response, nth) => {
      setTimeout(() => statuses(503, 200)(request, response, nth), 5);
    });
    const init = via(new Agent({ connections: 2, pipelining: 1 }));
    const fetch = client();
    const calls = Array.from({ length: 8 }, async () => (await fetch(server.url, init)).text());
    await Promise.all(calls);
    expect(server.seen).toHaveLength(9);
    expect(server.connections).toBe(2);
    await init.dispatcher.close();
  });

  it('its timeouts are connection errors, and retried', async () => {
    const server = await serve((_, response, nth) => {
      setTimeout(() => response.end('answer'), nth === 1 ? 2500 : 0);
    });
    // undici checks its timeouts about once a second.
    const init = via(new Agent({ headersTimeout: 100 }));
    const fetch = client({ overrides: { timeout: { duration: 5000 } } });
    expect(await (await fetch(server.url, init)).text()).toBe('answer');
    expect(server.seen).toHaveLength(2);
    await init.dispatcher.close();
  });

  it('its proxy is used for all attempts', async () => {
    const server = await serve(statuses(503, 200));
    let tunnels = 0;
    const proxy = createServer().on('connect', (request, socket, head) => {
      tunnels++;
      const [host, port] = String(request.url).split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      for (const stream of [socket, upstream]) stream.on('error', () => {});
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const uri = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const init = via(new ProxyAgent({ uri, proxyTunnel: true }));
    expect(await (await client()(server.url, init)).text()).toBe('answer 2');
    expect(tunnels).toBeGreaterThanOrEqual(1);
    expect(server.seen).toHaveLength(2);
    await init.dispatcher.close();
    proxy.close();
    proxy.closeAllConnections();
    await sleep(0);
  });

  it('its certificate authority is trusted, and an untrusted certificate is not retried', async () => {
    let connections = 0;
    let requests = 0;
    const server = createSecureServer({ key, cert }, (_, response) => {
      response.writeHead(++requests === 1 ? 503 : 200).end();
    });
    server.on('connection', () => connections++).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;

    const fetch = client();
    await expect(fetch(url)).rejects.toMatchObject({
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    expect(connections).toBe(1);

    const init = via(new Agent({ connect: { ca: cert } }));
    expect((await fetch(url, init)).status).toBe(200);
    expect([requests, connections]).toEqual([2, 2]);
    await init.dispatcher.destroy();
    server.close();
  });

  it('an untrusted certificate opens the circuit, although no call is retried', async () => {
    let connections = 0;
    const server = createSecureServer({ key, cert }, (_, response) => response.end());
    server.on('connection', () => connections++).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const fetch = client();
    for (let call = 0; call < 5; call++) await fetch(url).catch(() => {});
    await expect(fetch(url)).rejects.toHaveProperty('isBrokenCircuitError');
    expect(connections).toBe(5);
    server.close();
  });
});

describe('the option fetch', () => {
  it.each([
    ['6', undici6],
    ['7', undici7],
  ])('may be that of undici %s', async (_, undici) => {
    const server = await serve((request, response, nth) => {
      response.setHeader('retry-after', '0.1');
      statuses(503, 200)(request, response, nth);
    });
    const fetch = client({ fetch: undici.fetch as unknown as typeof globalThis.fetch });
    const start = performance.now();
    const response = await fetch(server.url);
    expect(performance.now() - start).toBeGreaterThan(99);
    expect([response.status, await response.text()]).toEqual([200, 'answer 2']);
    expect([server.seen.length, server.connections]).toEqual([2, 1]);
    expect(server.seen[1]?.headers['x-correlation-id']).toBeDefined();

    server.answer = () => {};
    const signal = AbortSignal.timeout(50);
    await expect(fetch(server.url, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(signal.aborted).toBe(true);
  });

  it('defaults to the global fetch at the time of the call', async () => {
    const server = await serve();
    const fetch = client();
    const { fetch: original } = globalThis;
    let sent = 0;
    globalThis.fetch = (...args) => {
      sent++;
      return original(...args);
    };
    await fetch(server.url).finally(() => {
      globalThis.fetch = original;
    });
    expect(sent).toBe(1);
  });
});
