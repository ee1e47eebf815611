import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import type { FetchInit } from '../../src/http/index.ts';
import { type Answer, statuses } from './server.ts';
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

describe('a body that is read into memory', () => {
  const MAX = 100_000;
  const tooLarge = (whose: string, more = {}) => ({
    name: 'BodyTooLargeError',
    policyName: 'service',
    maxBytes: MAX,
    message: `Expected the body of a ${whose} of service to have at most ${MAX} bytes (\`options.maxBodyBytes\`), got more`,
    ...more,
  });
  /** Goes on for as long as it is read. */
  const endless = (status: number) => {
    const sent = { bytes: 0, closed: false };
    const answer: Answer = (_, response) => {
      response.writeHead(status);
      const write = () => {
        while (!response.destroyed) {
          sent.bytes += 65_536;
          if (!response.write(Buffer.alloc(65_536))) return;
        }
      };
      response.on('drain', write).on('error', () => {});
      response.on('close', () => {
        sent.closed = true;
      });
      write();
    };
    return { answer, sent };
  };

  it('of a response has a limit, is sent once, and closes its connection', async () => {
    const { answer, sent } = endless(200);
    const server = await serve(answer);
    const fetch = client({ wholeBody: true, maxBodyBytes: MAX });
    await expect(fetch(server.url)).rejects.toMatchObject(tooLarge('response', { status: 200 }));
    expect(server.seen).toHaveLength(1);
    await vi.waitFor(() => expect(sent.closed).toBe(true));
    // What the sockets of both ends had buffered.
    expect(sent.bytes).toBeLessThan(20_000_000);
    expect(fetch.policy.circuitBreaker?.toJSON()).toMatchObject({ breakerState: 0 });
  });

  it('of a response has a limit by default', async () => {
    const server = await serve(endless(200).answer);
    await expect(client({ wholeBody: true })(server.url)).rejects.toMatchObject({
      maxBytes: 10 * 1024 * 1024,
    });
  });

  it('of a failed response is a failure of the dependency, as its status says', async () => {
    const server = await serve(endless(503).answer);
    const fetch = client({ wholeBody: true, maxBodyBytes: MAX });
    await expect(fetch(server.url)).rejects.toMatchObject(tooLarge('response', { status: 503 }));
    expect(server.seen).toHaveLength(4);
    expect(fetch.policy.circuitBreaker?.toJSON()).toMatchObject({ breakerState: 1 });
  });

  it('counts after decompression', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(MAX + 1)));
    });
    const fetch = client({ wholeBody: true, maxBodyBytes: MAX });
    await expect(fetch(server.url)).rejects.toMatchObject(tooLarge('response'));
  });

  it('may be as large as the limit', async () => {
    const server = await serve((_, response) => response.end('x'.repeat(MAX)));
    const fetch = client({ wholeBody: true, maxBodyBytes: MAX });
    expect(await (await fetch(server.url)).text()).toHaveLength(MAX);
  });

  it('of a request has a limit, and is not sent', async () => {
    const server = await serve();
    const fetch = client({ bufferRequests: true, maxBodyBytes: MAX });
    const request = (bytes: number) =>
      new Request(server.url, { method: 'PUT', body: 'x'.repeat(bytes) });
    await expect(fetch(request(MAX + 1))).rejects.toMatchObject(tooLarge('request'));
    expect(server.seen).toHaveLength(0);
    expect((await fetch(request(MAX))).status).toBe(200);
    expect(server.seen[0]?.body).toHaveLength(MAX);
  });
});
