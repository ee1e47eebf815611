import { afterEach, describe, expect, it, vi } from 'vitest';
import { breakerNamed, failing, routesWith, segment, TOKEN } from '../health/support.ts';
import fc from '../support/fast-check.ts';

afterEach(() => void vi.useRealTimers());

const ISOLATE = '/circuit-breakers/workday/isolate';
const authorized = { authorization: `Bearer ${TOKEN}` };

describe('a client without a token', () => {
  it('can change nothing where none is configured, and reads how to enable it', async () => {
    const breaker = breakerNamed('workday');
    const { post, ask } = routesWith();
    for (const answer of [
      await post(ISOLATE),
      await post('/circuit-breakers/nobody/reset'),
      await ask('DELETE', '/executions/1'),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.json.detail).toContain('set the option `token` of `healthRoutes`');
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
      // A proxy may have added Basic credentials: they are no wrong token.
      const isBearer = authorization?.startsWith('Bearer');
      expect(json.detail).toMatch(isBearer ? 'The token is wrong.' : /^Send the token as/);
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

  it('accepts the right token, however many wrong tokens arrive', async () => {
    breakerNamed('workday');
    const { ask, post, get } = routesWith({ token: TOKEN, protectReads: true });
    const wrong = { headers: { authorization: 'Bearer wrong-wrong-wrong-wrong' } };
    const codes = await Promise.all(
      Array.from({ length: 500 }, async (_, i) =>
        i % 2 === 0 ? (await ask('POST', ISOLATE, wrong)).status : (await get('/policies')).status,
      ),
    );
    expect(new Set(codes)).toEqual(new Set([401]));
    for (let i = 0; i < 200; i++) {
      expect((await post('/circuit-breakers/workday/reset')).status).toBe(200);
      expect((await get('/policies', { headers: authorized })).status).toBe(200);
    }
  });
});

describe('a client with a token', () => {
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

  it('can from the page of the service behind a proxy over http, where `hosts` has its name', async () => {
    breakerNamed('workday');
    const reset = '/circuit-breakers/workday/reset';
    const headers = { origin: 'http://ops.example:8080', host: 'inside:80' };
    const without = await routesWith({ token: TOKEN }).post(reset, undefined, headers);
    expect([without.status, without.json.detail]).toEqual([
      403,
      expect.stringContaining('`hosts`'),
    ]);
    const { post } = routesWith({ token: TOKEN, hosts: ['OPS.example'] });
    expect((await post(reset, undefined, headers)).status).toBe(200);
    for (const origin of ['http://evil.example', 'http://x.ops.example', 'null', 'ops.example']) {
      const refused = await post(reset, undefined, { ...headers, origin });
      expect([origin, refused.status]).toEqual([origin, 403]);
    }
    const second = { ...headers, 'sec-fetch-site': 'cross-site' };
    expect((await post(reset, undefined, second)).status).toBe(403);
  });

  it('receives the reason if the body is invalid', async () => {
    breakerNamed('workday');
    const { ask } = routesWith({ token: TOKEN });
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

  it('of the status is answered for any header of a load balancer', async () => {
    breakerNamed('workday');
    const { get } = routesWith({ token: TOKEN, protectReads: true });
    for (const authorization of ['Basic dXNlcjpwYXNz', 'Bearer wrong-wrong-wrong']) {
      const { status, json } = await get('/health', { headers: { authorization } });
      expect([status, json]).toEqual([200, { status: 'healthy' }]);
    }
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
    expect((await get('/ops/health/')).status).toBe(404);
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
