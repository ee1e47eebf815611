import { describe, expect, it } from 'vitest';
import { statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

describe('a status', () => {
  it.each([408, 429, 500, 502, 503, 504])('of %i is retried', async (status) => {
    const server = await serve(statuses(status, status, 200));
    const response = await client()(server.url);
    expect(await response.text()).toBe('answer 3');
    expect(server.seen).toHaveLength(3);
  });

  it.each([400, 401, 403, 404, 405, 409, 410, 418, 422, 425, 501, 505])(
    'of %i is the answer',
    async (status) => {
      const server = await serve(statuses(status, 200));
      expect((await client()(server.url)).status).toBe(status);
      expect(server.seen).toHaveLength(1);
    },
  );

  it('of a failure is the answer after the last attempt, its body unread', async () => {
    const server = await serve(statuses(503));
    const response = await client()(server.url);
    expect([response.status, await response.text()]).toEqual([503, 'answer 4']);
    expect(server.seen).toHaveLength(4);
  });
});

describe('a method', () => {
  it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'get', 'delete'])(
    '%s is retried',
    async (method) => {
      const server = await serve(statuses(503, 200));
      expect((await client()(server.url, { method })).status).toBe(200);
      expect(server.seen).toHaveLength(2);
    },
  );

  it.each(['POST', 'PATCH', 'PROPFIND'])('%s is not', async (method) => {
    const server = await serve(statuses(503, 200));
    expect((await client()(server.url, { method })).status).toBe(503);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['an object', { 'idempotency-key': 'a1' }],
    ['pairs', [['Idempotency-Key', 'a1']] as [string, string][]],
    ['headers', new Headers({ 'Idempotency-Key': 'a1' })],
  ])('POST is with an idempotency key in %s, that stays the same', async (_, headers) => {
    const server = await serve(statuses(503, 200));
    const response = await client()(server.url, { method: 'POST', body: '{}', headers });
    expect(response.status).toBe(200);
    expect(server.seen.map((each) => each.headers['idempotency-key'])).toEqual(['a1', 'a1']);
  });

  it('POST is not with an empty idempotency key', async () => {
    const repeated: string[] = [];
    for (const key of ['', ' ', '""', ' , ']) {
      const server = await serve(statuses(503, 200));
      await client()(server.url, { method: 'POST', headers: { 'idempotency-key': key } });
      if (server.seen.length !== 1) repeated.push(key);
    }
    expect(repeated).toEqual([]);
  });
});

describe('a connection', () => {
  it('that is refused is tried again', async () => {
    const server = await serve();
    await server.kill();
    const fetch = client({ overrides: { ...QUICK, retry: { firstWaitSeconds: 0.1 } } });
    const answer = fetch(server.url);
    await server.start();
    expect((await answer).status).toBe(200);
  });

  it('that breaks is tried again, but not with a POST', async () => {
    const server = await serve((_, response, nth) => {
      if (nth % 2) response.destroy();
      else response.end();
    });
    const fetch = client();
    expect((await fetch(server.url)).status).toBe(200);
    const posted = fetch(server.url, { method: 'POST' });
    await expect(posted).rejects.toMatchObject({ message: 'fetch failed' });
    expect(server.seen).toHaveLength(3);
  });

  it('that can not be made is an error as that of fetch, after the last attempt', async () => {
    const server = await serve();
    await server.kill();
    await expect(client()(server.url)).rejects.toMatchObject({
      name: 'TypeError',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it.each(['not a url', 'ftp://127.0.0.1/'])('to %s is not tried again', async (url) => {
    let sent = 0;
    const fetch = client({
      fetch: (...args) => {
        sent++;
        return globalThis.fetch(...args);
      },
    });
    await expect(fetch(url)).rejects.toThrow(TypeError);
    expect(sent).toBe(1);
  });

  it('that breaks amid the body is tried again where the body is part of the attempt', async () => {
    const server = await serve((_, response, nth) => {
      response.writeHead(200, { 'content-length': 8 });
      response.write('half');
      setTimeout(() => (nth === 1 ? response.destroy() : response.end('full')), 5);
    });
    const whole = await client({ wholeBody: true })(server.url);
    expect(await whole.text()).toBe('halffull');
    expect(server.seen).toHaveLength(2);
  });
});

describe('a time', () => {
  it('without headers ends an attempt, and the next one may answer', async () => {
    const server = await serve((_, response, nth) => void (nth > 1 && response.end('late')));
    const fetch = client({ overrides: { ...QUICK, timeout: { seconds: 0.2 } } });
    expect(await (await fetch(server.url)).text()).toBe('late');
    expect(server.seen).toHaveLength(2);
  });

  it('of the body is the caller’s', async () => {
    const server = await serve((_, response) => {
      response.write('slow');
      setTimeout(() => response.end(' body'), 500);
    });
    const fetch = client({ overrides: { ...QUICK, timeout: { seconds: 0.4 } } });
    expect(await (await fetch(server.url)).text()).toBe('slow body');
    expect(server.seen).toHaveLength(1);
  });

  it('in all that a wait would pass ends the call at once, with the answer that it has', async () => {
    const server = await serve(statuses(503));
    const fetch = client({
      overrides: { ...QUICK, retry: { firstWaitSeconds: 2 }, overallTimeout: { seconds: 1 } },
    });
    const start = performance.now();
    expect((await fetch(server.url)).status).toBe(503);
    expect(performance.now() - start).toBeLessThan(900);
    expect(server.seen).toHaveLength(1);
  });

  it('in all ends the call, with the attempts that were made until then', async () => {
    const server = await serve(() => {});
    const fetch = client({
      overrides: { ...QUICK, timeout: { seconds: 0.08 }, overallTimeout: { seconds: 0.2 } },
    });
    const start = performance.now();
    await expect(fetch(server.url)).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'service did not answer in time',
      policyName: 'service',
      isTaskCancelledError: true,
    });
    expect(performance.now() - start).toBeLessThan(600);
    expect(server.seen.length).toBeLessThanOrEqual(3);
  });
});

describe('a wait of the caller’s own', () => {
  const throwing = (): number => {
    throw new Error('no idea');
  };

  it.each([
    ['throws', throwing],
    ['is not a number', () => Number.NaN],
    ['is negative', () => -1],
    ['is none', () => undefined],
  ])('that %s leaves it to the server, within the time for all of it', async (_, delay) => {
    const server = await serve((request, response, nth) => {
      response.setHeader('retry-after', '0.15');
      statuses(503, 200)(request, response, nth);
    });
    const retry = { ...QUICK.retry, delay };
    const fetch = client({ overrides: { ...QUICK, overallTimeout: { seconds: 5 }, retry } });
    expect((await fetch(server.url)).status).toBe(200);
    const [first, second] = server.seen;
    expect(Number(second?.at) - Number(first?.at)).toBeGreaterThan(149);
  });

  it('is asked for once for each failure, and waited for', async () => {
    const server = await serve(statuses(503, 503, 200));
    const asked: number[] = [];
    const delay = (_: unknown, attempt: number) => {
      asked.push(attempt);
      return 0.05;
    };
    const fetch = client({ overrides: { ...QUICK, retry: { ...QUICK.retry, delay } } });
    expect((await fetch(server.url)).status).toBe(200);
    expect(asked).toEqual([1, 2]);
    const [first, , third] = server.seen;
    expect(Number(third?.at) - Number(first?.at)).toBeGreaterThan(99);
  });
});
