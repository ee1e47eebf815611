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
  const inMemory: readonly (readonly [string, FetchInit['body']])[] = [
    ['a string', 'content'],
    ['a Buffer', Buffer.from('content')],
    ['a view', bytes],
    ['an ArrayBuffer', bytes.buffer],
    ['a Blob', new Blob([bytes])],
    ['parameters', new URLSearchParams({ field: 'content' })],
    ['a form', form()],
  ];

  it('in memory is sent again', async () => {
    const wrong: unknown[] = [];
    for (const [label, body] of inMemory) {
      const { status, bodies } = await put({ body });
      const isSentTwice = bodies.length === 2 && bodies.every((text) => text.includes('content'));
      if (status !== 200 || !isSentTwice) wrong.push({ label, status, bodies });
    }
    expect(wrong).toEqual([]);
  });

  it('that is a stream or an iterable is sent once', async () => {
    for (const body of [stream(), chunks(), Readable.from([bytes])]) {
      const { status, bodies } = await put({ body, duplex: 'half' } as FetchInit);
      expect.soft([status, bodies]).toEqual([503, ['content']]);
    }
  });

  it('that a function creates is sent again, also a stream', async () => {
    for (const create of [stream, chunks, () => 'content']) {
      const { status, bodies } = await put({ body: async () => create() } as FetchInit);
      expect.soft([status, bodies]).toEqual([200, ['content', 'content']]);
    }
  });

  it('that a function fails to create rejects the call, without a retry', async () => {
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

  it('with a body is sent again with `bufferRequests`, with its headers', async () => {
    const { status, bodies, seen } = await put({}, request, true);
    expect([status, bodies]).toEqual([200, ['content', 'content']]);
    expect(seen.map(({ headers }) => headers['x-own'])).toEqual(['1', '1']);
    expect(seen.map(({ headers }) => headers['content-type'])).toEqual(
      Array(2).fill('text/plain;charset=UTF-8'),
    );
  });

  it('with a body is sent again with the body of `init`', async () => {
    const { status, bodies } = await put({ body: 'replaced' }, request);
    expect([status, bodies]).toEqual([200, ['replaced', 'replaced']]);
  });

  it('with a body is sent with an empty body of `init`, buffered or not', async () => {
    for (const bufferRequests of [false, true]) {
      const { status, bodies } = await put({ body: '' }, request, bufferRequests);
      expect.soft([status, bodies]).toEqual([200, ['', '']]);
    }
  });

  it('whose body never arrives is abandoned at the abort of the caller or the timeout', async () => {
    const server = await serve();
    const rows: readonly (readonly [FetchInit, object])[] = [
      [{ signal: AbortSignal.timeout(50) }, { name: 'TimeoutError' }],
      [{}, { name: 'TimeoutError', policyName: 'service' }],
    ];
    for (const [init, error] of rows) {
      const body = new ReadableStream({ pull: () => new Promise(() => {}) });
      const fetch = client({ bufferRequests: true, overrides: { timeout: { duration: 100 } } });
      const hanging = new Request(server.url, { method: 'PUT', body, duplex: 'half' });
      await expect(fetch(hanging, init)).rejects.toMatchObject(error);
    }
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

  it('whose body was read before rejects like fetch', async () => {
    const server = await serve();
    const used = request(server.url);
    await used.text();
    await expect(client()(used)).rejects.toThrow(TypeError);
    expect(server.seen).toHaveLength(0);
  });

  it('that is a POST is sent again if it has an idempotency key', async () => {
    const server = await serve(statuses(503, 200));
    const headers = { 'idempotency-key': 'a1' };
    expect((await client()(new Request(server.url, { method: 'POST', headers }))).status).toBe(200);
  });
});

describe('a buffered body', () => {
  const MAX = 100_000;
  const tooLarge = (bodyOf: string, more = {}) => ({
    name: 'BodyTooLargeError',
    policyName: 'service',
    maxBytes: MAX,
    message: `Expected the body of a ${bodyOf} of service to have at most ${MAX} bytes (\`options.maxBodyBytes\`), got more`,
    ...more,
  });
  /** A body without end, sent as fast as it is read. */
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

  it('of a response is cancelled beyond the limit, without a retry or a failure of the circuit', async () => {
    const { answer, sent } = endless(200);
    const server = await serve(answer);
    const fetch = client({ bufferResponses: true, maxBodyBytes: MAX });
    await expect(fetch(server.url)).rejects.toMatchObject(tooLarge('response', { status: 200 }));
    expect(server.seen).toHaveLength(1);
    await vi.waitFor(() => expect(sent.closed).toBe(true));
    // The buffers of the sockets.
    expect(sent.bytes).toBeLessThan(20_000_000);
    expect(fetch.policy.circuitBreaker?.toJSON()).toMatchObject({ breakerState: 0 });
  });

  it('of a response has a limit by default', async () => {
    const server = await serve(endless(200).answer);
    await expect(client({ bufferResponses: true })(server.url)).rejects.toMatchObject({
      maxBytes: 10 * 1024 * 1024,
    });
  });

  it('of a failed response is retried and counted beyond the limit', async () => {
    const server = await serve(endless(503).answer);
    const fetch = client({ bufferResponses: true, maxBodyBytes: MAX });
    await expect(fetch(server.url)).rejects.toMatchObject(tooLarge('response', { status: 503 }));
    expect(server.seen).toHaveLength(4);
    expect(fetch.policy.circuitBreaker?.toJSON()).toMatchObject({ breakerState: 1 });
  });

  it('is measured after decompression', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(MAX + 1)));
    });
    const fetch = client({ bufferResponses: true, maxBodyBytes: MAX });
    await expect(fetch(server.url)).rejects.toMatchObject(tooLarge('response'));
  });

  it('may be as large as the limit', async () => {
    const server = await serve((_, response) => response.end('x'.repeat(MAX)));
    const fetch = client({ bufferResponses: true, maxBodyBytes: MAX });
    expect(await (await fetch(server.url)).text()).toHaveLength(MAX);
  });

  it('of a request is not sent beyond the limit', async () => {
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
