import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyResponse as copy, type FetchInit } from '../../src/http/index.ts';
import { fallbackTo } from '../../src/policies/index.ts';
import { statuses } from './server.ts';
import { client, collectGarbage, QUICK, serve } from './support.ts';

const key = (url: string | Request) => (typeof url === 'string' ? url : url.url);

/** A client without retries, with a fallback. */
const withFallback = (fallback: object) =>
  client({
    bufferResponses: true,
    overrides: { ...QUICK, retry: false, fallback: fallback as never },
  });

describe('a copy of a response', () => {
  it('equals the response, and is a new one for each caller', async () => {
    const server = await serve((_, response) => response.setHeader('x-a', '1').end('the body'));
    const fetch = withFallback(fallbackTo.cached({ key, copy }));
    const first = await fetch(server.url);
    await first.text();
    server.answer = statuses(503);
    const copies = await Promise.all([fetch(server.url), fetch(server.url)]);
    for (const response of copies) {
      expect([response.status, response.url, response.headers.get('x-a')]).toEqual([
        200,
        first.url,
        '1',
      ]);
      expect(await response.text()).toBe('the body');
    }
  });

  it('has no body if the status allows none', async () => {
    const server = await serve((_, response) => response.writeHead(204).end());
    const fetch = withFallback(fallbackTo.cached({ key, copy }));
    await fetch(server.url);
    server.answer = statuses(503);
    expect([(await fetch(server.url)).status, (await fetch(server.url)).body]).toEqual([204, null]);
  });

  it('retains no memory after it is dropped', async () => {
    const server = await serve((_, response) => response.end('x'.repeat(1000)));
    const fetch = withFallback(fallbackTo.cached({ key, copy }));
    await fetch(server.url);
    await server.kill();
    const recall = async (times: number) => {
      for (let call = 0; call < times; call++) await (await fetch(server.url)).text();
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = await recall(500);
    // A chain of clones grows by about 5 kB with each.
    expect(((await recall(1000)) - before) / 1000).toBeLessThan(1500);
  });

  it('is refused for a response that createFetch has not buffered', () => {
    expect(() => copy(new Response('other'))).toThrow(TypeError);
  });

  it('requires buffered responses', () => {
    for (const fallback of [fallbackTo.cached({ key, copy }), fallbackTo.stale({ key, copy })]) {
      expect(() => client({ overrides: { fallback } })).toThrow(
        'Expected `options.bufferResponses` to be true with a fallback that stores responses, got undefined',
      );
    }
  });
});

describe('a fallback', () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  beforeEach(() => void process.on('warning', warned));
  afterEach(() => {
    process.off('warning', warned);
    warnings.length = 0;
    vi.restoreAllMocks();
  });

  it('answers with the last good response of the same request, any number of times', async () => {
    const server = await serve(({ path }, response) => response.end(`this is ${path}`));
    const fetch = withFallback(fallbackTo.cached({ key, copy }));
    const read = async (path: string) => (await fetch(new URL(path, server.url))).text();
    expect(await read('/a')).toBe('this is /a');
    expect(await read('/b')).toBe('this is /b');
    server.answer = statuses(503);
    expect(await read('/a')).toBe('this is /a');
    await server.kill();
    for (let call = 0; call < 8; call++) {
      expect(await read('/b')).toBe('this is /b');
      expect(await read('/a')).toBe('this is /a');
    }
    await expect(read('/c')).rejects.toMatchObject({ name: 'CircuitOpenError' });
    expect(warnings).toEqual([]);
  });

  const agents = [new Agent(), new Agent()];
  const variants: readonly FetchInit[] = [
    {},
    { method: 'DELETE' },
    { method: 'POST' },
    { method: 'POST', body: 'a' },
    { method: 'POST', body: 'b' },
    { method: 'POST', body: Buffer.from('c') },
    { method: 'POST', body: new URLSearchParams({ d: '' }) },
    { headers: { authorization: 'Bearer a' } },
    { headers: new Headers({ authorization: 'Bearer b' }) },
    { headers: [['cookie', 'session=a']] },
    { headers: { 'x-tenant': 'a' } },
    { credentials: 'omit' },
    ...agents.map((dispatcher) => ({ dispatcher })),
  ];

  it('never answers with the response of a request that differs in any relevant part', async () => {
    const server = await serve(statuses(200));
    const wrong: string[] = [];
    for (const [storedIndex, stored] of variants.entries()) {
      const fetch = withFallback(fallbackTo.cached({ key, copy }));
      server.answer = statuses(200);
      await fetch(server.url, stored);
      server.answer = statuses(503);
      for (const [calledIndex, init] of variants.entries()) {
        const { status } = await fetch(server.url, init);
        if (status !== (storedIndex === calledIndex ? 200 : 503))
          wrong.push(`${storedIndex} for ${calledIndex}: ${status}`);
        fetch.policy.reset();
      }
    }
    expect(wrong).toEqual([]);
    await Promise.all(agents.map((agent) => agent.close()));
  });

  it('answers with the response of a request that differs only in volatile parts', async () => {
    const server = await serve(statuses(200));
    const fetch = client({
      bufferResponses: true,
      correlationHeader: 'X-Call',
      overrides: { ...QUICK, retry: false, fallback: fallbackTo.cached({ key, copy }) },
    });
    await fetch(server.url, { headers: { traceparent: '00-1', 'X-Request-ID': '1' } });
    server.answer = statuses(503);
    const { signal } = new AbortController();
    const again = { signal, headers: { 'user-agent': 'b', 'x-call': '2' } };
    expect((await fetch(new URL(server.url), again)).status).toBe(200);
  });

  it('stores nothing for a Request or a body that cannot be compared, and warns once', async () => {
    const server = await serve(statuses(200));
    const fetch = withFallback(fallbackTo.cached({ key, copy }));
    const calls = [
      () => fetch(new Request(server.url)),
      () => fetch(server.url, { method: 'POST', body: () => 'made' }),
      () => fetch(server.url, { method: 'POST', body: new Blob(['a']) }),
    ];
    for (const call of calls) await call();
    server.answer = statuses(503);
    for (const call of calls) expect((await call()).status).toBe(503);
    await vi.waitFor(() => expect(warnings).toHaveLength(1));
    expect(warnings[0]?.message).toContain('Expected a call that can be compared with others');
  });

  it('answers any request with the same key if `perInstance` is false', async () => {
    const server = await serve(statuses(200));
    const fetch = withFallback(fallbackTo.cached({ key, copy, perInstance: false }));
    await fetch(new Request(server.url, { headers: { accept: 'text/plain' } }));
    server.answer = statuses(503);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('passes the arguments of fetch to its key, without the signal and with the dispatcher', async () => {
    const server = await serve(({ headers }, response) =>
      response.end(`payroll of ${headers['x-tenant']}`),
    );
    const agent = new Agent();
    const tenants = new Map<unknown, string>();
    /** A dispatcher that adds the tenant, as one with a client certificate would. */
    const as = (tenant: string) => {
      const dispatcher = agent.compose((dispatch) => (options, handler) => {
        const headers = [...Object.entries(options.headers ?? {}).flat(), 'x-tenant', tenant];
        return dispatch({ ...options, headers: headers.map(String) }, handler);
      });
      tenants.set(dispatcher, tenant);
      return dispatcher;
    };
    const tenantKey = vi.fn((url: string, init?: { dispatcher?: unknown }) =>
      JSON.stringify([url, tenants.get(init?.dispatcher)]),
    );
    const fetch = withFallback(fallbackTo.cached({ key: tenantKey, copy }));
    const [a, b] = [as('a'), as('b')];
    const { signal } = new AbortController();
    expect(await (await fetch(server.url, { dispatcher: a, signal })).text()).toBe('payroll of a');
    expect(tenantKey).toHaveBeenCalledExactlyOnceWith(server.url, { dispatcher: a });
    server.answer = statuses(503);
    expect(await (await fetch(server.url, { dispatcher: a })).text()).toBe('payroll of a');
    expect((await fetch(server.url, { dispatcher: b })).status).toBe(503);
    await agent.close();
  });

  it('never answers with the response of another client', async () => {
    const server = await serve(statuses(200));
    const shared = fallbackTo.cached({ key, copy });
    const [first, second] = [withFallback(shared), withFallback(shared)];
    await first(server.url);
    server.answer = statuses(503);
    expect((await first(server.url)).status).toBe(200);
    expect((await second(server.url)).status).toBe(503);
  });

  it('stores no failure', async () => {
    const server = await serve(statuses(404));
    const fetch = withFallback(fallbackTo.cached({ key, copy }));
    await fetch(server.url);
    server.answer = statuses(503);
    expect((await fetch(server.url)).status).toBe(503);
  });

  it('that is a function receives the failure and the request', async () => {
    const server = await serve(statuses(503));
    const make = vi.fn(() => new Response('made'));
    const fetch = withFallback(fallbackTo.function(make));
    const init = { headers: { accept: 'text/plain' } };
    const { signal } = new AbortController();
    expect(await (await fetch(server.url, { ...init, signal })).text()).toBe('made');
    expect(make).toHaveBeenCalledWith(
      expect.objectContaining({ name: 'HttpStatusError', status: 503 }),
      server.url,
      init,
    );
  });

  it('that fails rejects the call with its own error, also an HttpStatusError of another client', async () => {
    const [server, another] = [await serve(statuses(503)), await serve(statuses(500))];
    const second = client({ throwOnStatus: true, overrides: { ...QUICK, retry: false } });
    const fetch = withFallback(fallbackTo.function(() => second(another.url)));
    await expect(fetch(server.url)).rejects.toMatchObject({ status: 500 });
  });
});
