import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { FetchInit } from '../../src/http/index.ts';
import { statuses } from './server.ts';
import { client, serve } from './support.ts';

const bytes = new TextEncoder().encode('content');
const form = () => {
  const data = new FormData();
  data.set('field', 'content');
  return data;
};
const stream = () => new Blob([bytes]).stream();
async function* chunks() {
  yield bytes;
}

async function put(init: FetchInit, input?: (url: string) => Request, bufferRequests = false) {
  const server = await serve(statuses(503, 200));
  const fetch = client({ bufferRequests });
  const { status } = await fetch(input?.(server.url) ?? server.url, { method: 'PUT', ...init });
  return { status, bodies: server.seen.map(({ body }) => body), seen: server.seen };
}

describe('a body', () => {
  it.each<[string, FetchInit['body']]>([
    ['a string', 'content'],
    ['a Buffer', Buffer.from('content')],
    ['a view', bytes],
    ['an ArrayBuffer', bytes.buffer],
    ['a Blob', new Blob([bytes])],
    ['parameters', new URLSearchParams({ field: 'content' })],
    ['a form', form()],
  ])('of %s is sent again', async (_, body) => {
    const { status, bodies } = await put({ body });
    expect(status).toBe(200);
    expect(bodies).toHaveLength(2);
    for (const each of bodies) expect(each).toContain('content');
  });

  it.each<[string, () => unknown]>([
    ['a stream', stream],
    ['an async iterable', chunks],
    ['a stream of Node', () => Readable.from([bytes])],
  ])('of %s is sent once, whatever comes of it', async (_, body) => {
    const { status, bodies } = await put({ body: body(), duplex: 'half' } as FetchInit);
    expect([status, bodies]).toEqual([503, ['content']]);
  });

  it.each<[string, () => unknown]>([
    ['a stream', stream],
    ['an async iterable', chunks],
    ['a string', () => 'content'],
  ])('of %s that a function makes is sent again', async (_, body) => {
    const { status, bodies } = await put({ body: async () => body() } as FetchInit);
    expect([status, bodies]).toEqual([200, ['content', 'content']]);
  });

  it('that a function can not make is its error, and is not tried again', async () => {
    let calls = 0;
    const body = () => {
      calls++;
      throw new RangeError('no body');
    };
    await expect(put({ body })).rejects.toThrow('no body');
    expect(calls).toBe(1);
  });
});

describe('a Request', () => {
  const request = (url: string) =>
    new Request(url, { method: 'PUT', body: 'content', headers: { 'x-own': '1' } });

  it('with a body is sent once', async () => {
    const { status, bodies } = await put({}, request);
    expect([status, bodies]).toEqual([503, ['content']]);
  });

  it('with a body is sent again where it is kept in memory, with all that it has', async () => {
    const { status, bodies, seen } = await put({}, request, true);
    expect([status, bodies]).toEqual([200, ['content', 'content']]);
    expect(seen.map(({ headers }) => headers['x-own'])).toEqual(['1', '1']);
    expect(seen.map(({ headers }) => headers['content-type'])).toEqual(
      Array(2).fill('text/plain;charset=UTF-8'),
    );
  });

  it('with a body is sent again with another one', async () => {
    const { status, bodies } = await put({ body: 'other' }, request);
    expect([status, bodies]).toEqual([200, ['other', 'other']]);
  });

  it.each([false, true])(
    'with a body is sent with an empty one, kept in memory: %s',
    async (kept) => {
      const { status, bodies } = await put({ body: '' }, request, kept);
      expect([status, bodies]).toEqual([200, ['', '']]);
    },
  );

  it.each<[string, FetchInit, object]>([
    ['its caller leaves', { signal: AbortSignal.timeout(50) }, { name: 'TimeoutError' }],
    ['its attempt is over', {}, { name: 'TimeoutError', policyName: 'service' }],
  ])('whose body never comes is waited for until %s', async (_, init, error) => {
    const server = await serve();
    const body = new ReadableStream({ pull: () => new Promise(() => {}) });
    const fetch = client({ bufferRequests: true, overrides: { timeout: { seconds: 0.1 } } });
    const hanging = new Request(server.url, { method: 'PUT', body, duplex: 'half' });
    await expect(fetch(hanging, init)).rejects.toMatchObject(error);
    expect(server.seen).toHaveLength(0);
  });

  it('without a body is sent again, with its method and headers', async () => {
    const server = await serve(statuses(503, 200));
    const input = new Request(server.url, { method: 'DELETE', headers: { 'x-own': '1' } });
    expect((await client()(input)).status).toBe(200);
    expect(server.seen.map(({ method, headers }) => [method, headers['x-own']])).toEqual([
      ['DELETE', '1'],
      ['DELETE', '1'],
    ]);
  });

  it('whose body was used before is the error of fetch', async () => {
    const server = await serve();
    const used = request(server.url);
    await used.text();
    await expect(client()(used)).rejects.toThrow(TypeError);
    expect(server.seen).toHaveLength(0);
  });

  it('that is a POST is sent again with an idempotency key of its own', async () => {
    const server = await serve(statuses(503, 200));
    const headers = { 'idempotency-key': 'a1' };
    expect((await client()(new Request(server.url, { method: 'POST', headers }))).status).toBe(200);
  });
});
