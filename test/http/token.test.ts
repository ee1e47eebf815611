import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Refresh, RefreshToken } from '../../src/http/index.ts';
import type { TestServer } from './server.ts';
import { client, QUICK, serve } from './support.ts';

/** A server that takes one token at a time, and who hands them out. */
async function guarded() {
  const issuer = { valid: 'token 1', issued: 0, asked: [] as Refresh[], delay: 0, broken: false };
  const server = await serve(({ headers }, response) => {
    response.writeHead(headers.authorization === `Bearer ${issuer.valid}` ? 200 : 401);
    response.end('body');
  });
  const refreshToken = async (refresh: Refresh) => {
    issuer.asked.push(refresh);
    await sleep(issuer.delay);
    if (issuer.broken) throw new Error('the issuer is down');
    issuer.valid = `token ${++issuer.issued}`;
    return issuer.valid;
  };
  return { issuer, server, refreshToken };
}

/** The steady clock, which only the pauses between refreshes need to be moved. */
let passed = 0;
const pass = (seconds: number) => {
  passed += seconds * 1000;
};
beforeEach(() => {
  passed = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + passed);
});
afterEach(() => void vi.restoreAllMocks());

const sent = (server: TestServer) => server.seen.map(({ headers }) => headers.authorization);

describe('a 401', () => {
  it('leads to one refresh, and one more try with the new token', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const fetch = client({ refreshToken });
    expect((await fetch(server.url)).status).toBe(200);
    expect(sent(server)).toEqual([undefined, 'Bearer token 1']);
    expect(issuer.asked).toMatchObject([{ origin: new URL(server.url).origin }]);
  });

  it('leaves the token to the calls that follow', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const fetch = client({ refreshToken });
    for (let call = 0; call < 3; call++) expect((await fetch(server.url)).status).toBe(200);
    expect([server.seen.length, issuer.issued]).toEqual([4, 1]);
  });

  it('also of a POST, which was not done yet', async () => {
    const { server, refreshToken } = await guarded();
    const init = { method: 'POST', body: 'content', headers: { authorization: 'Bearer old' } };
    expect((await client({ refreshToken })(server.url, init)).status).toBe(200);
    expect(server.seen.map(({ body }) => body)).toEqual(['content', 'content']);
  });

  it('is the answer after a second one: there is no loop', async () => {
    const { issuer, server, refreshToken } = await guarded();
    server.answer = (_, response) => response.writeHead(401).end();
    expect((await client({ refreshToken })(server.url)).status).toBe(401);
    expect([server.seen.length, issuer.issued]).toEqual([2, 1]);
  });

  it('is refreshed once for the call, over all its attempts', async () => {
    const { issuer, server, refreshToken } = await guarded();
    server.answer = (_, response, nth) => response.writeHead(nth % 2 ? 401 : 503).end();
    expect((await client({ refreshToken })(server.url)).status).toBe(401);
    expect([server.seen.length, issuer.issued]).toEqual([3, 1]);
  });

  it('is the answer where nothing refreshes', async () => {
    const { server } = await guarded();
    expect((await client()(server.url)).status).toBe(401);
    expect(server.seen).toHaveLength(1);
  });

  it('of a stream is the answer, but the next call has a new token', async () => {
    const { server, refreshToken } = await guarded();
    const fetch = client({ refreshToken });
    const body = () => ({
      method: 'POST',
      body: new Blob(['x']).stream(),
      duplex: 'half' as const,
    });
    expect((await fetch(server.url, body())).status).toBe(401);
    expect((await fetch(server.url, body())).status).toBe(200);
    expect(server.seen).toHaveLength(2);
  });

  it('of whom a redirect led to is the answer: he is shown no token', async () => {
    const { issuer, server: other, refreshToken } = await guarded();
    const server = await serve((_, response) =>
      response.writeHead(302, { location: other.url.replace('127.0.0.1', 'localhost') }).end(),
    );
    const headers = { authorization: 'Bearer mine' };
    // `localhost` may be an address where nobody listens.
    const response = await client({ refreshToken })(server.url, { headers }).catch(() => undefined);
    if (response) expect(response.status).toBe(401);
    expect(issuer.asked).toEqual([]);
    expect(sent(other).filter((each) => each !== undefined)).toEqual([]);
  });

  it('of one origin gives no token to another', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const other = await serve();
    const fetch = client({ refreshToken });
    await fetch(server.url);
    await fetch(other.url);
    expect(issuer.issued).toBe(1);
    expect(sent(other)).toEqual([undefined]);
  });
});

describe('callers at the same time', () => {
  it('share one refresh', async () => {
    const { issuer, server, refreshToken } = await guarded();
    issuer.delay = 30;
    const fetch = client({ refreshToken });
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(server.url)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect([server.seen.length, issuer.issued]).toEqual([40, 1]);
  });

  it('share it also if one learns late that his token was refused', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const answer = server.answer;
    server.answer = (request, response, nth) => {
      setTimeout(() => answer(request, response, nth), request.path === '/late' ? 60 : 0);
    };
    const fetch = client({ refreshToken });
    const [late] = await Promise.all([fetch(`${server.url}late`), fetch(server.url)]);
    expect([late.status, issuer.issued]).toEqual([200, 1]);
  });

  it('all get the error of a refresh that fails, and the next one after a pause begins a new one', async () => {
    const { issuer, server, refreshToken } = await guarded();
    Object.assign(issuer, { delay: 20, broken: true });
    const fetch = client({ refreshToken });
    const failed = await Promise.allSettled([1, 2, 3].map(() => fetch(server.url)));
    for (const each of failed) {
      expect(each).toMatchObject({
        reason: {
          name: 'TokenRefreshError',
          policyName: 'service',
          origin: new URL(server.url).origin,
          cause: { message: 'the issuer is down' },
        },
      });
    }
    expect(issuer.asked).toHaveLength(1);
    expect(server.seen).toHaveLength(3);

    issuer.broken = false;
    pass(1);
    expect((await fetch(server.url)).status).toBe(200);
    expect(issuer.asked).toHaveLength(2);
  });

  it('are not held up by one who gives up, nor by the end of an attempt', async () => {
    const { issuer, server, refreshToken } = await guarded();
    issuer.delay = 80;
    const fetch = client({ refreshToken });
    const controller = new AbortController();
    const left = fetch(server.url, { signal: controller.signal });
    const stays = fetch(server.url);
    setTimeout(() => controller.abort(new Error('left')), 40);
    await expect(left).rejects.toThrow('left');
    expect((await stays).status).toBe(200);
    expect(issuer.issued).toBe(1);
  });
});

describe('a refresh', () => {
  it('that hangs fails in time, and the next one may succeed', async () => {
    const { issuer, server, refreshToken } = await guarded();
    issuer.delay = 1000;
    const fetch = client({ refreshToken, refreshTimeoutSeconds: 0.05 });
    await expect(fetch(server.url)).rejects.toMatchObject({
      name: 'TokenRefreshError',
      cause: { message: 'the refresh took longer than 0.05 s' },
    });
    expect(issuer.asked[0]?.signal.aborted).toBe(true);
    issuer.delay = 0;
    pass(1);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it.each([[''], [undefined], [42]])('that answers %j has failed', async (token) => {
    const { server } = await guarded();
    const fetch = client({ refreshToken: () => token as string });
    await expect(fetch(server.url)).rejects.toMatchObject({
      cause: { message: 'Expected `options.refreshToken` to return a non-empty string' },
    });
  });

  it.each([['a\nb'], ['a\u2026b'], ['a\0b']])(
    'that answers %j has failed, and the next one may succeed',
    async (token) => {
      const { issuer, server, refreshToken } = await guarded();
      let refresh: RefreshToken = () => token;
      const fetch = client({ refreshToken: (asked) => refresh(asked) });
      await expect(fetch(server.url)).rejects.toMatchObject({
        name: 'TokenRefreshError',
        cause: { message: 'Expected `options.refreshToken` to return what a header can have' },
      });
      refresh = refreshToken;
      pass(1);
      expect((await fetch(server.url)).status).toBe(200);
      expect(issuer.issued).toBe(1);
    },
  );

  it('that fails opens no circuit, however often: the dependency has answered', async () => {
    const { server, refreshToken } = await guarded();
    const issuer = await serve();
    await issuer.kill();
    let refresh: RefreshToken = () => globalThis.fetch(issuer.url).then(() => 'never');
    const fetch = client({ refreshToken: (asked) => refresh(asked), overrides: QUICK });
    for (let call = 1; call <= 7; call++) {
      await expect(fetch(server.url)).rejects.toMatchObject({ name: 'TokenRefreshError' });
      expect(server.seen).toHaveLength(call);
    }
    refresh = refreshToken;
    pass(60);
    expect((await fetch(server.url)).status).toBe(200);
  });
});

describe('a refresh that did not help', () => {
  const second = (seconds: number) =>
    expect.stringContaining(`the next refresh is in ${seconds} s`);

  it('because it failed is followed by a pause that doubles to a minute, and ends with a success', async () => {
    const { issuer, server, refreshToken } = await guarded();
    issuer.broken = true;
    const fetch = client({ refreshToken });
    const refreshes = async () => {
      for (let call = 0; call < 20; call++) {
        await expect(fetch(server.url)).rejects.toMatchObject({
          name: 'TokenRefreshError',
          cause: { message: 'the issuer is down' },
        });
      }
      return issuer.asked.length;
    };
    let expected = 0;
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      expect(await refreshes()).toBe(++expected);
      await expect(fetch(server.url)).rejects.toMatchObject({ message: second(pause) });
      pass(pause);
    }
    issuer.broken = false;
    expect((await fetch(server.url)).status).toBe(200);
    issuer.broken = true;
    issuer.valid = 'another';
    expect(await refreshes()).toBe(expected + 2);
    await expect(fetch(server.url)).rejects.toMatchObject({ message: second(1) });
  });

  it('because the new token is refused is followed by one in which the 401 is the answer', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const { answer } = server;
    server.answer = (_, response) => response.writeHead(401).end();
    const fetch = client({ refreshToken });
    for (const [index, pause] of [1, 2, 4].entries()) {
      for (let call = 0; call < 20; call++) expect((await fetch(server.url)).status).toBe(401);
      expect(issuer.asked).toHaveLength(index + 1);
      pass(pause);
    }
    server.answer = answer;
    issuer.valid = 'another';
    expect((await fetch(server.url)).status).toBe(200);
    // It was accepted, so the next one that expires is replaced at once.
    issuer.valid = 'yet another';
    expect((await fetch(server.url)).status).toBe(200);
    expect(issuer.asked).toHaveLength(5);
  });

  it('in one part of an origin does not hold up the others for longer than a second', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const { answer } = server;
    server.answer = (request, response, nth) =>
      request.path === '/closed' ? response.writeHead(401).end() : answer(request, response, nth);
    const fetch = client({ refreshToken });
    const closed = `${server.url}closed`;
    for (let refresh = 0; refresh < 6; refresh++) {
      expect((await fetch(closed)).status).toBe(401);
      pass(60);
    }
    expect((await fetch(closed)).status).toBe(401);
    expect((await fetch(server.url)).status).toBe(200);
    for (let call = 0; call < 20; call++) {
      expect((await fetch(closed)).status).toBe(401);
      expect((await fetch(server.url)).status).toBe(200);
    }
    expect(issuer.asked).toHaveLength(7);
    issuer.valid = 'another';
    pass(1);
    expect((await fetch(server.url)).status).toBe(200);
    expect(issuer.asked).toHaveLength(8);
  });

  it('is not begun where only the caller’s own token is bad', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const fetch = client({ refreshToken });
    const own = { headers: { authorization: 'Bearer old' } };
    for (let call = 0; call < 20; call++) expect((await fetch(server.url, own)).status).toBe(200);
    expect(issuer.asked).toHaveLength(1);
    issuer.valid = 'another';
    expect((await fetch(server.url, own)).status).toBe(401);
    pass(1);
    expect((await fetch(server.url, own)).status).toBe(200);
    expect(issuer.asked).toHaveLength(2);
  });

  it('is one for all who were refused together', async () => {
    const { issuer, server, refreshToken } = await guarded();
    server.answer = (_, response) => response.writeHead(401).end();
    const fetch = client({ refreshToken });
    await Promise.all(Array.from({ length: 20 }, () => fetch(server.url)));
    expect(issuer.asked).toHaveLength(1);
    pass(1);
    await fetch(server.url);
    expect(issuer.asked).toHaveLength(2);
  });
});
