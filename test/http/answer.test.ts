import { describe, expect, expectTypeOf, it } from 'vitest';
import { createFetch, HttpStatusError, type ResilientFetch } from '../../src/http/index.ts';
import { statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

describe('an answer', () => {
  it.each([200, 204, 301, 304, 400, 404, 503])('of %i is a Response', async (status) => {
    const server = await serve(statuses(status));
    const response = await client()(server.url, { redirect: 'manual' });
    expect(response).toBeInstanceOf(Response);
    expect(response.status).toBe(status);
  });

  it('of a redirect is followed, or not, as fetch does', async () => {
    const server = await serve(({ path }, response) => {
      if (path === '/') response.writeHead(302, { location: '/there' }).end();
      else response.end('there');
    });
    const followed = await client()(server.url);
    expect([followed.redirected, followed.url]).toEqual([true, `${server.url}there`]);
    expect((await client()(server.url, { redirect: 'manual' })).status).toBe(302);
    await expect(client()(server.url, { redirect: 'error' })).rejects.toThrow('fetch failed');
  });

  it('with `throwOnStatus` is an error where its status is 400 or beyond', async () => {
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

  it('with `nullOn404` is null for a 404, and for nothing else', async () => {
    const server = await serve(statuses(404, 410, 200));
    const fetch = client({ nullOn404: true, throwOnStatus: true });
    expect(await fetch(server.url)).toBeNull();
    await expect(fetch(server.url)).rejects.toMatchObject({ status: 410 });
    expect((await fetch(server.url))?.status).toBe(200);
  });

  it('of a fallback is what the caller gets', async () => {
    const server = await serve(statuses(503));
    const answer = () => new Response('instead', { status: 203 });
    const fetch = client({ overrides: { ...QUICK, fallback: { type: 'value', answer } } });
    expect(await (await fetch(server.url)).text()).toBe('instead');
    expect(server.seen).toHaveLength(4);
  });
});

describe('the function', () => {
  it('has the signature of fetch, and a name', () => {
    const fetch = createFetch('service');
    expectTypeOf(fetch).toExtend<typeof globalThis.fetch>();
    expectTypeOf(fetch).toEqualTypeOf<ResilientFetch>();
    const orNull = createFetch('service', { nullOn404: true });
    expectTypeOf(orNull).toEqualTypeOf<ResilientFetch<Response | null>>();
    expect(fetch.name).toBe('resilientFetch');
    for (const each of [fetch, orNull]) each.policy.dispose();
  });

  it('shows its policy', async () => {
    const server = await serve();
    const fetch = createFetch('service', { preset: 'enterprise' });
    expect(fetch.policy).toMatchObject({ name: 'service', preset: 'enterprise' });
    const held = fetch.policy.isolate();
    await expect(fetch(server.url)).rejects.toMatchObject({
      name: 'CircuitOpenError',
      closesAt: undefined,
    });
    held.dispose();
    expect((await fetch(server.url)).status).toBe(200);
    fetch.policy.dispose();
  });

  it('rejects, and does not throw, for what is wrong with the request', async () => {
    for (const [input, init] of [
      ['http://127.0.0.1/', { headers: { 'no header': '1' } }],
      ['http://127.0.0.1/', { method: 'GET', body: 'content' }],
      [undefined, undefined],
      [null, {}],
    ] as [string, RequestInit][]) {
      await expect(client()(input, init)).rejects.toThrow(TypeError);
    }
  });

  it('takes a URL, a string and a Request, and headers of every form', async () => {
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
