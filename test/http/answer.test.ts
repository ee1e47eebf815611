import { describe, expect, expectTypeOf, it } from 'vitest';
import { createFetch, HttpStatusError, type ResilientFetch } from '../../src/http/index.ts';
import { statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

describe('a response', () => {
  it('of any status is a Response', async () => {
    for (const status of [200, 204, 301, 304, 400, 404, 503]) {
      const server = await serve(statuses(status));
      const response = await client()(server.url, { redirect: 'manual' });
      expect.soft(response).toBeInstanceOf(Response);
      expect.soft(response.status).toBe(status);
    }
  });

  it('of a redirect is followed according to the option `redirect`', async () => {
    const server = await serve(({ path }, response) => {
      if (path === '/') response.writeHead(302, { location: '/there' }).end();
      else response.end('there');
    });
    const followed = await client()(server.url);
    expect([followed.redirected, followed.url]).toEqual([true, `${server.url}there`]);
    expect((await client()(server.url, { redirect: 'manual' })).status).toBe(302);
    await expect(client()(server.url, { redirect: 'error' })).rejects.toThrow('fetch failed');
  });

  it('with `throwOnStatus` is an error if its status is 400 or above', async () => {
    const server = await serve(statuses(404, 302, 503));
    const fetch = client({ throwOnStatus: true, overrides: { ...QUICK, retry: false } });
    const error: unknown = await fetch(server.url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error).toMatchObject({
      name: 'HttpStatusError',
      message: 'service answered 404 Not Found',
      status: 404,
      isHttpStatusError: true,
    });
    expect(await (error as HttpStatusError).response.text()).toBe('answer 1');
    expect((await fetch(server.url, { redirect: 'manual' })).status).toBe(302);
    await expect(fetch(server.url)).rejects.toMatchObject({ status: 503 });
  });

  it('with `throwOnStatus` is an error only after the last attempt', async () => {
    const server = await serve(statuses(503, 503, 200));
    expect((await client({ throwOnStatus: true })(server.url)).status).toBe(200);
  });

  it('with `nullOn404` is null for a 404 only', async () => {
    const server = await serve(statuses(404, 410, 200));
    const fetch = client({ nullOn404: true, throwOnStatus: true });
    expect(await fetch(server.url)).toBeNull();
    await expect(fetch(server.url)).rejects.toMatchObject({ status: 410 });
    expect((await fetch(server.url))?.status).toBe(200);
  });

  it('of a fallback reaches the caller', async () => {
    const server = await serve(statuses(503));
    const answer = () => new Response('instead', { status: 203 });
    const fetch = client({ overrides: { ...QUICK, fallback: { type: 'value', answer } } });
    expect(await (await fetch(server.url)).text()).toBe('instead');
    expect(server.seen).toHaveLength(4);
  });
});

describe('the function of createFetch', () => {
  it('has the signature of fetch, and a name', () => {
    const fetch = createFetch('service');
    expectTypeOf(fetch).toExtend<typeof globalThis.fetch>();
    expectTypeOf(fetch).toEqualTypeOf<ResilientFetch>();
    const orNull = createFetch('service', { nullOn404: true });
    expectTypeOf(orNull).toEqualTypeOf<ResilientFetch<Response | null>>();
    expect(fetch.name).toBe('resilientFetch');
    fetch.policy.dispose();
    orNull.policy.dispose();
  });

  it('has its policy, whose circuit can be isolated', async () => {
    const server = await serve();
    const fetch = createFetch('service', { preset: 'enterprise' });
    expect(fetch.policy).toMatchObject({ name: 'service', preset: 'enterprise' });
    const isolation = fetch.policy.isolate();
    await expect(fetch(server.url)).rejects.toMatchObject({
      name: 'CircuitOpenError',
      retryAt: undefined,
    });
    isolation.dispose();
    expect((await fetch(server.url)).status).toBe(200);
    fetch.policy.dispose();
  });

  it('rejects, and does not throw, for invalid requests', async () => {
    for (const [input, init] of [
      ['http://127.0.0.1/', { headers: { 'no header': '1' } }],
      ['http://127.0.0.1/', { method: 'GET', body: 'content' }],
      [undefined, undefined],
      [null, {}],
    ] as [string, RequestInit][]) {
      await expect(client()(input, init)).rejects.toThrow(TypeError);
    }
  });

  it('accepts a URL, a string and a Request, and headers of every form', async () => {
    const server = await serve();
    const fetch = client();
    await fetch(new URL(server.url), { headers: new Headers({ 'x-own': '1' }) });
    await fetch(server.url, { headers: [['x-own', '1']] });
    await fetch(new Request(server.url, { headers: { 'x-own': '1' } }));
    await fetch(new Request(server.url, { headers: { 'x-own': '2' } }), {
      headers: { 'X-Own': '1' },
    });
    expect(server.seen.map(({ headers }) => headers['x-own'])).toEqual(['1', '1', '1', '1']);
  });
});
