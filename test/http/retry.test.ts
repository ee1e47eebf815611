import { describe, expect, it } from 'vitest';
import { statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

describe('a status', () => {
  it('that is transient is retried', async () => {
    for (const status of [408, 429, 500, 502, 503, 504]) {
      const server = await serve(statuses(status, status, 200));
      const text = await (await client()(server.url)).text();
      expect.soft({ status, text, requests: server.seen.length }).toEqual({
        status,
        text: 'answer 3',
        requests: 3,
      });
    }
  });

  it('that is not transient is the response', async () => {
    for (const status of [400, 401, 403, 404, 405, 409, 410, 418, 422, 425, 501, 505]) {
      const server = await serve(statuses(status, 200));
      const response = await client()(server.url);
      expect.soft([response.status, server.seen.length]).toEqual([status, 1]);
    }
  });

  it('that is transient is the response after the last attempt, its body unread', async () => {
    const server = await serve(statuses(503));
    const response = await client()(server.url);
    expect([response.status, await response.text()]).toEqual([503, 'answer 4']);
    expect(server.seen).toHaveLength(4);
  });
});

describe('a method', () => {
  const requestsOf = async (init: RequestInit) => {
    const server = await serve(statuses(503, 200));
    await client()(server.url, init);
    return server.seen;
  };

  it('that is idempotent is retried, in any case', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'get', 'delete']) {
      const requests = (await requestsOf({ method })).length;
      expect.soft({ method, requests }).toEqual({ method, requests: 2 });
    }
  });

  it('that is not idempotent is not retried', async () => {
    for (const method of ['POST', 'PATCH', 'PROPFIND']) {
      const requests = (await requestsOf({ method })).length;
      expect.soft({ method, requests }).toEqual({ method, requests: 1 });
    }
  });

  it('POST is retried with the same idempotency key, in headers of any form', async () => {
    const forms: RequestInit['headers'][] = [
      { 'idempotency-key': 'a1' },
      [['Idempotency-Key', 'a1']],
      new Headers({ 'Idempotency-Key': 'a1' }),
    ];
    for (const headers of forms) {
      const requests = await requestsOf({
        method: 'POST',
        body: '{}',
        headers: headers as Headers,
      });
      expect.soft(requests.map((seen) => seen.headers['idempotency-key'])).toEqual(['a1', 'a1']);
    }
  });

  it('POST is not retried with an empty idempotency key', async () => {
    const retried: string[] = [];
    for (const key of ['', ' ', '""', ' , ']) {
      const server = await serve(statuses(503, 200));
      await client()(server.url, { method: 'POST', headers: { 'idempotency-key': key } });
      if (server.seen.length !== 1) retried.push(key);
    }
    expect(retried).toEqual([]);
  });
});

describe('a connection', () => {
  it('that is refused is retried', async () => {
    const server = await serve();
    await server.kill();
    const fetch = client({ overrides: { ...QUICK, retry: { initialDelay: 100 } } });
    const answer = fetch(server.url);
    await server.start();
    expect((await answer).status).toBe(200);
  });

  it('that breaks is retried, but not with a POST', async () => {
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

  it('that fails in all attempts rejects like fetch', async () => {
    const server = await serve();
    await server.kill();
    await expect(client()(server.url)).rejects.toMatchObject({
      name: 'TypeError',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('to an invalid URL is not retried', async () => {
    for (const url of ['not a url', 'ftp://127.0.0.1/']) {
      let requests = 0;
      const fetch = client({
        fetch: (...args) => {
          requests++;
          return globalThis.fetch(...args);
        },
      });
      await expect.soft(fetch(url)).rejects.toThrow(TypeError);
      expect.soft(requests).toBe(1);
    }
  });

  it('that breaks within the body is retried with `bufferResponses`', async () => {
    const server = await serve((_, response, nth) => {
      response.writeHead(200, { 'content-length': 8 });
      response.write('half');
      setTimeout(() => (nth === 1 ? response.destroy() : response.end('full')), 5);
    });
    const response = await client({ bufferResponses: true })(server.url);
    expect(await response.text()).toBe('halffull');
    expect(server.seen).toHaveLength(2);
  });
});

describe('a timeout', () => {
  it('ends an attempt without headers, and the next attempt may succeed', async () => {
    const server = await serve((_, response, nth) => void (nth > 1 && response.end('late')));
    const fetch = client({ overrides: { ...QUICK, timeout: { duration: 200 } } });
    expect(await (await fetch(server.url)).text()).toBe('late');
    expect(server.seen).toHaveLength(2);
  });

  it('does not apply to the body, which the caller reads', async () => {
    const server = await serve((_, response) => {
      response.write('slow');
      setTimeout(() => response.end(' body'), 500);
    });
    const fetch = client({ overrides: { ...QUICK, timeout: { duration: 400 } } });
    expect(await (await fetch(server.url)).text()).toBe('slow body');
    expect(server.seen).toHaveLength(1);
  });

  it('of the whole call is not spent on a delay that would exceed it', async () => {
    const server = await serve(statuses(503));
    const fetch = client({
      overrides: { ...QUICK, retry: { initialDelay: 2000 }, overallTimeout: { duration: 1000 } },
    });
    const start = performance.now();
    expect((await fetch(server.url)).status).toBe(503);
    expect(performance.now() - start).toBeLessThan(900);
    expect(server.seen).toHaveLength(1);
  });

  it('of the whole call ends the call', async () => {
    const server = await serve(() => {});
    const fetch = client({
      overrides: { ...QUICK, timeout: { duration: 80 }, overallTimeout: { duration: 200 } },
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

describe('the override retry.delay', () => {
  const throwing = (): number => {
    throw new Error('no delay');
  };

  it('that throws or returns no delay leaves the delay to Retry-After', async () => {
    for (const delay of [throwing, () => Number.NaN, () => -1, () => undefined]) {
      const server = await serve((request, response, nth) => {
        response.setHeader('retry-after', '0.15');
        statuses(503, 200)(request, response, nth);
      });
      const retry = { ...QUICK.retry, delay };
      const fetch = client({ overrides: { ...QUICK, overallTimeout: { duration: 5000 }, retry } });
      expect.soft((await fetch(server.url)).status).toBe(200);
      const [first, second] = server.seen;
      expect.soft(Number(second?.at) - Number(first?.at)).toBeGreaterThan(149);
    }
  });

  it('is called once per failure', async () => {
    const server = await serve(statuses(503, 503, 200));
    const attempts: number[] = [];
    const delay = (_: unknown, attempt: number) => {
      attempts.push(attempt);
      return 50;
    };
    const fetch = client({ overrides: { ...QUICK, retry: { ...QUICK.retry, delay } } });
    expect((await fetch(server.url)).status).toBe(200);
    expect(attempts).toEqual([1, 2]);
    const [first, , third] = server.seen;
    expect(Number(third?.at) - Number(first?.at)).toBeGreaterThan(99);
  });
});
