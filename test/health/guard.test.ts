import { afterEach, describe, expect, it, vi } from 'vitest';
import { healthRoutes } from '../../src/health/index.ts';
import fc from '../support/fast-check.ts';
import { breakerNamed, failing, routesWith, segment, TOKEN } from './support.ts';

afterEach(() => void vi.useRealTimers());

const ISOLATE = '/circuit-breakers/workday/isolate';
const authorized = { authorization: `Bearer ${TOKEN}` };

describe('who has no token', () => {
  it('can change nothing where none is configured, and reads how to enable it', async () => {
    const breaker = breakerNamed('workday');
    const { post, ask } = routesWith();
    for (const answer of [
      await post(ISOLATE),
      await post('/circuit-breakers/nobody/reset'),
      await ask('DELETE', '/executions/1'),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.json.detail).toContain('give `healthRoutes` the option `token`');
    }
    expect(breaker.state).toBe(0);
  });

  it('can change nothing where one is configured', async () => {
    const breaker = breakerNamed('workday');
    const { ask } = routesWith({ token: TOKEN });
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(1)}`,
      `Basic ${TOKEN}`,
      TOKEN,
      `Bearer ${TOKEN} ${TOKEN}`,
    ]) {
      const headers = authorization === undefined ? {} : { authorization };
      const { status, response, json } = await ask('POST', ISOLATE, { headers });
      expect({ authorization, status }).toEqual({ authorization, status: 401 });
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="cockatiel-otel"');
      expect(JSON.stringify(json)).not.toContain(TOKEN);
    }
    expect(breaker.state).toBe(0);
  });

  it('learns nothing of the names by trying', async () => {
    breakerNamed('workday');
    const { ask } = routesWith({ token: TOKEN });
    const there = await ask('POST', ISOLATE);
    const notThere = await ask('POST', '/circuit-breakers/nobody/isolate');
    expect(there.text).toBe(notThere.text);
  });

  it('is looked at no more after ten wrong tokens, for a while', async () => {
    vi.useFakeTimers();
    breakerNamed('workday');
    const { ask, post } = routesWith({ token: TOKEN });
    const wrong = { headers: { authorization: 'Bearer wrong-wrong-wrong-wrong' } };
    const codes: number[] = [];
    for (let i = 0; i < 12; i++) codes.push((await ask('POST', ISOLATE, wrong)).status);
    expect(codes).toEqual([...Array(10).fill(401), 429, 429]);
    expect((await post(ISOLATE)).status).toBe(429);
    vi.advanceTimersByTime(1000);
    expect((await post('/circuit-breakers/workday/reset')).status).toBe(200);
  });

  it('is told apart by its address', async () => {
    breakerNamed('workday');
    const routes = healthRoutes({ token: TOKEN, executions: false });
    const from = (remoteAddress: string, token: string) =>
      routes.fetch(
        new Request(`http://localhost${ISOLATE.replace('isolate', 'reset')}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
        }),
        { incoming: { socket: { remoteAddress } } },
      );
    for (let i = 0; i < 20; i++) await from('10.0.0.1', 'wrong-wrong-wrong-wrong');
    expect((await from('10.0.0.1', TOKEN)).status).toBe(429);
    expect((await from('10.0.0.2', TOKEN)).status).toBe(200);
  });
});

describe('who has a token', () => {
  it('is known by it where each has one of their own', async () => {
    breakerNamed('workday');
    const { post } = routesWith({ token: { alice: TOKEN, bob: `${TOKEN}-2` } });
    expect((await post('/circuit-breakers/workday/reset')).status).toBe(200);
    const second = await post('/circuit-breakers/workday/reset', undefined, {
      authorization: `bearer ${TOKEN}-2`,
    });
    expect(second.status).toBe(200);
  });

  it('can not change something from a page of another origin', async () => {
    const breaker = breakerNamed('workday');
    const { post } = routesWith({ token: TOKEN });
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: 'http://localhost' },
      { origin: 'http://localhost:81', host: 'localhost:80' },
    ]) {
      const { status, response } = await post(ISOLATE, undefined, headers);
      expect({ headers, status }).toEqual({ headers, status: 403 });
      expect(response.headers.get('access-control-allow-origin')).toBe(null);
    }
    expect(breaker.state).toBe(0);
  });

  it('can from the page of the service, also behind a proxy', async () => {
    breakerNamed('workday');
    const { post } = routesWith({ token: TOKEN });
    const reset = '/circuit-breakers/workday/reset';
    for (const headers of [
      { origin: 'http://localhost:9465', host: 'localhost:9465' },
      { origin: 'https://ops.example', host: 'inside:80', 'sec-fetch-site': 'same-origin' },
    ]) {
      expect((await post(reset, undefined, headers)).status).toBe(200);
    }
  });

  it('can do ten things a second', async () => {
    vi.useFakeTimers();
    breakerNamed('workday');
    const { post } = routesWith({ token: TOKEN });
    const codes = await Promise.all(
      Array.from(
        { length: 12 },
        async () => (await post('/circuit-breakers/workday/reset')).status,
      ),
    );
    expect(codes.filter((code) => code === 200)).toHaveLength(10);
    expect(codes.filter((code) => code === 429)).toHaveLength(2);
  });

  it('is told what is wrong with the body', async () => {
    breakerNamed('workday');
    const { ask } = routesWith({ token: TOKEN, limits: { changesPerSecond: 100 } });
    const send = async (type: string | undefined, body: string) => {
      const headers = new Headers(authorized);
      if (type) headers.set('content-type', type);
      const init = { headers, body: new TextEncoder().encode(body) };
      return (await ask('POST', '/circuit-breakers/workday/reset', init)).status;
    };
    expect(await send('application/json', '{"reason":"because"}')).toBe(200);
    expect(await send('Application/JSON; charset=utf-8', '{}')).toBe(200);
    expect(await send(undefined, '')).toBe(200);
    expect(await send('application/json', '')).toBe(200);
    for (const body of ['{', '[]', '1', 'null', '"a"', '{"reason":1}', '{"by":{}}']) {
      expect({ body, status: await send('application/json', body) }).toEqual({ body, status: 400 });
    }
    expect(await send('text/plain', '{}')).toBe(415);
    expect(await send(undefined, '{}')).toBe(415);
    expect(await send('application/json', `{"reason":"${'x'.repeat(5000)}"}`)).toBe(413);
  });

  it('is not waited for when the body does not come, or is without end', async () => {
    breakerNamed('workday');
    const { ask } = routesWith({ token: TOKEN });
    const headers = { ...authorized, 'content-type': 'application/json' };
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    });
    const init = { headers, body: endless, duplex: 'half' } as RequestInit;
    expect((await ask('POST', ISOLATE, init)).status).toBe(413);
    vi.useFakeTimers();
    const silent = { headers, body: new ReadableStream(), duplex: 'half' } as RequestInit;
    const answer = ask('POST', ISOLATE, silent);
    await vi.advanceTimersByTimeAsync(5000);
    expect((await answer).status).toBe(408);
  });
});

describe('reading', () => {
  it('is bounded at 5000 requests a second, and one more each 0.2 ms', async () => {
    vi.useFakeTimers();
    const { get } = routesWith();
    const codes: number[] = [];
    for (let i = 0; i < 5001; i++) codes.push((await get('/health')).status);
    expect(codes.indexOf(429)).toBe(5000);
    vi.advanceTimersByTime(1);
    for (let i = 0; i < 6; i++) codes.push((await get('/health')).status);
    expect(codes.slice(5001)).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it('of anything else is bounded at 100 a second', async () => {
    vi.useFakeTimers();
    const { get, post } = routesWith({ token: TOKEN });
    breakerNamed('workday');
    const paths = ['/policies', '/circuit-breakers', '/circuit-breakers/workday', '/executions'];
    const codes: number[] = [];
    for (let i = 0; i < 101; i++) codes.push((await get(paths[i % 4] as string)).status);
    expect(codes.indexOf(429)).toBe(100);
    // What is in trouble can be helped all the same.
    expect((await post('/circuit-breakers/workday/reset')).status).toBe(200);
    vi.advanceTimersByTime(20);
    for (let i = 0; i < 3; i++) codes.push((await get('/policies')).status);
    expect(codes.slice(101)).toEqual([200, 200, 429]);
  });

  it('takes nothing from those who may, where the token is wrong', async () => {
    vi.useFakeTimers();
    const limits = { readsPerSecond: 1 };
    const { get } = routesWith({ token: TOKEN, protectReads: true, limits });
    expect((await get('/policies')).status).toBe(401);
    expect((await get('/policies', { headers: authorized })).status).toBe(200);
    expect((await get('/policies', { headers: authorized })).status).toBe(429);
  });

  it('of the health is what its path says, no other', async () => {
    vi.useFakeTimers();
    const { get } = routesWith({ prefix: '/ops', limits: { requestsPerSecond: 1 } });
    breakerNamed('health');
    const codes: number[] = [];
    const health = ['/ops/health', '/ops/health/'];
    for (const path of ['/ops/circuit-breakers/health', '/ops/no/health', ...health]) {
      codes.push((await get(path)).status);
    }
    expect(codes).toEqual([200, 429, 200, 429]);
  });

  it('of the health of a service goes on while others ask too much', async () => {
    vi.useFakeTimers();
    const { get } = routesWith({ limits: { requestsPerSecond: 2 } });
    const codes: number[] = [];
    for (const path of ['/policies', '/policies', '/policies', '/health']) {
      codes.push((await get(path)).status);
    }
    expect(codes).toEqual([200, 200, 429, 200]);
  });

  it('needs the token where that is asked for, but for the status', async () => {
    await failing(breakerNamed('workday'));
    const { get } = routesWith({ token: TOKEN, protectReads: true });
    for (const path of ['/circuit-breakers', '/circuit-breakers/workday', '/policies', '/events']) {
      expect((await get(path)).status).toBe(401);
    }
    expect((await get('/executions', { headers: authorized })).status).toBe(200);
    expect((await get('/health')).json).toEqual({ status: 'degraded' });
    expect((await get('/health', { headers: authorized })).json).toHaveProperty('breakers');
  });

  it('of the status is refused to nobody, whatever a load balancer says of itself', async () => {
    vi.useFakeTimers();
    breakerNamed('workday');
    const { get } = routesWith({ token: TOKEN, protectReads: true });
    const ask = async (authorization: string) => {
      const { status, json } = await get('/health', { headers: { authorization } });
      return [status, json];
    };
    for (let i = 0; i < 20; i++) {
      expect(await ask('Basic dXNlcjpwYXNz')).toEqual([200, { status: 'healthy' }]);
    }
    // What was no token of ours was no wrong one either.
    expect((await get('/policies', { headers: authorized })).status).toBe(200);
    for (let i = 0; i < 20; i++) {
      expect(await ask('Bearer wrong-wrong-wrong')).toEqual([200, { status: 'healthy' }]);
    }
    expect((await get('/policies', { headers: authorized })).status).toBe(429);
  });
});

describe('every answer', () => {
  const paths = [
    '/health',
    '/circuit-breakers',
    '/circuit-breakers/no',
    '/policies',
    '/x',
    '/live',
  ];

  it.each(paths)('of %s has the headers that keep browsers from doing harm', async (path) => {
    const { headers } = (await routesWith().ask('HEAD', path)).response;
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each([
    ['/health', 'GET, HEAD, OPTIONS'],
    ['/circuit-breakers', 'GET, HEAD, OPTIONS'],
    ['/circuit-breakers/workday', 'GET, HEAD, OPTIONS'],
    ['/circuit-breakers/workday/reset', 'OPTIONS, POST'],
    ['/executions/1', 'DELETE, OPTIONS'],
    ['/live', 'GET, HEAD, OPTIONS'],
    ['/events', 'GET, HEAD, OPTIONS'],
  ])('to another method at %s says which there are', async (path, allow) => {
    const { ask } = routesWith({ token: TOKEN });
    const refused = await ask('PUT', path);
    expect(refused.status).toBe(405);
    expect(refused.response.headers.get('allow')).toBe(allow);
    const asked = await ask('OPTIONS', path);
    expect([asked.status, asked.text]).toEqual([204, '']);
    expect(asked.response.headers.get('allow')).toBe(allow);
  });

  it('is without a body to HEAD', async () => {
    const { status, text } = await routesWith().ask('HEAD', '/circuit-breakers');
    expect([status, text]).toEqual([200, '']);
  });

  it('is found under the prefix, and nowhere else', async () => {
    const { get } = routesWith({ prefix: '/ops/' });
    expect((await get('/ops/health')).status).toBe(200);
    expect((await get('/ops/health/')).status).toBe(200);
    expect((await get('/health')).status).toBe(404);
  });
});

describe('a name', () => {
  it.each([
    '<img onerror=alert(1) src=x>',
    'a/b',
    '__proto__',
    'constructor',
    '.',
    '..',
    '../../etc/passwd',
    'ünï cödé ✓ 🦜',
    '100%',
    '%2F',
    '%252F',
    '%2e%2e',
    'a?b#c',
    'a\\b\n\t\u0000',
    'reset',
    ':name',
    '*',
    'x'.repeat(2000),
  ])('may be %j', async (name) => {
    const breaker = breakerNamed(name);
    const { get, post } = routesWith({ token: TOKEN });
    const all = await get('/circuit-breakers');
    expect(Object.keys(all.json.breakers)).toEqual([name]);
    expect(Object.keys((await get('/policies')).json.policies)).toEqual([name]);
    const path = /^\.{1,2}$/.test(name)
      ? `/circuit-breakers/${name.replaceAll('.', '%252E')}`
      : segment(name);
    expect((await get(path)).json).toMatchObject({ name, state: 'closed' });
    expect((await post(`${path}/isolate`)).json).toMatchObject({ name, state: 'isolated' });
    expect(breaker.state).toBe(3);
    expect((await post(`${path}/release`)).json).toMatchObject({ name, state: 'closed' });
  });

  it('may be any text', async () => {
    const { get } = routesWith();
    await fc.assert(
      fc.asyncProperty(
        fc
          .string({ unit: 'binary', minLength: 1, maxLength: 50 })
          .filter((name) => name.trim() !== '' && !/^\.{1,2}$/.test(name)),
        async (name) => {
          breakerNamed(name);
          expect((await get(segment(name))).json).toMatchObject({ name });
        },
      ),
    );
  });
});
