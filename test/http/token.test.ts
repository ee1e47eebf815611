import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Refresh, RefreshToken } from '../../src/http/index.ts';
import type { TestServer } from './server.ts';
import { client, QUICK, serve } from './support.ts';

/** A server that accepts one token, and the issuer of its tokens. */
async function guarded() {
  const issuer = {
    valid: 'token 1',
    issued: 0,
    refreshes: [] as Refresh[],
    delay: 0,
    broken: false,
  };
  const server = await serve(({ headers }, response) => {
    response.writeHead(headers.authorization === `Bearer ${issuer.valid}` ? 200 : 401);
    response.end('body');
  });
  const refreshToken = async (refresh: Refresh) => {
    issuer.refreshes.push(refresh);
    await sleep(issuer.delay);
    if (issuer.broken) throw new Error('the issuer is down');
    issuer.valid = `token ${++issuer.issued}`;
    return issuer.valid;
  };
  return { issuer, server, refreshToken };
}

/** Milliseconds by which `performance.now()` is ahead, to skip the pauses between refreshes. */
let skippedMs = 0;
const skip = (seconds: number) => {
  skippedMs += seconds * 1000;
};
beforeEach(() => {
  skippedMs = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + skippedMs);
});
afterEach(() => void vi.restoreAllMocks());

const sent = (server: TestServer) => server.seen.map(({ headers }) => headers.authorization);

describe('a 401', () => {
  it('causes one refresh, and one more request with the new token', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const fetch = client({ refreshToken });
    expect((await fetch(server.url)).status).toBe(200);
    expect(sent(server)).toEqual([undefined, 'Bearer token 1']);
    expect(issuer.refreshes).toMatchObject([{ origin: new URL(server.url).origin }]);
  });

  it('provides the token for later calls', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const fetch = client({ refreshToken });
    for (let call = 0; call < 3; call++) expect((await fetch(server.url)).status).toBe(200);
    expect([server.seen.length, issuer.issued]).toEqual([4, 1]);
  });

  it('of a POST is repeated too', async () => {
    const { server, refreshToken } = await guarded();
    const init = { method: 'POST', body: 'content', headers: { authorization: 'Bearer old' } };
    expect((await client({ refreshToken })(server.url, init)).status).toBe(200);
    expect(server.seen.map(({ body }) => body)).toEqual(['content', 'content']);
  });

  it('after the new token is the response', async () => {
    const { issuer, server, refreshToken } = await guarded();
    server.answer = (_, response) => response.writeHead(401).end();
    expect((await client({ refreshToken })(server.url)).status).toBe(401);
    expect([server.seen.length, issuer.issued]).toEqual([2, 1]);
  });

  it('causes one refresh per call, over all attempts', async () => {
    const { issuer, server, refreshToken } = await guarded();
    server.answer = (_, response, nth) => response.writeHead(nth % 2 ? 401 : 503).end();
    expect((await client({ refreshToken })(server.url)).status).toBe(401);
    expect([server.seen.length, issuer.issued]).toEqual([3, 1]);
  });

  it('is the response without `refreshToken`', async () => {
    const { server } = await guarded();
    expect((await client()(server.url)).status).toBe(401);
    expect(server.seen).toHaveLength(1);
  });

  it('of a stream is the response, and the next call has a new token', async () => {
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

  it('of the target of a redirect is the response, and the target gets no token', async () => {
    const { issuer, server: second, refreshToken } = await guarded();
    const server = await serve((_, response) =>
      response.writeHead(302, { location: second.url.replace('127.0.0.1', 'localhost') }).end(),
    );
    const headers = { authorization: 'Bearer caller' };
    // `localhost` may resolve to an address without server.
    const response = await client({ refreshToken })(server.url, { headers }).catch(() => undefined);
    if (response) expect(response.status).toBe(401);
    expect(issuer.refreshes).toEqual([]);
    expect(sent(second).filter((header) => header !== undefined)).toEqual([]);
  });

  it('of one origin provides no token for another origin', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const second = await serve();
    const fetch = client({ refreshToken });
    await fetch(server.url);
    await fetch(second.url);
    expect(issuer.issued).toBe(1);
    expect(sent(second)).toEqual([undefined]);
  });
});

describe('concurrent calls', () => {
  it('share one refresh', async () => {
    const { issuer, server, refreshToken } = await guarded();
    issuer.delay = 30;
    const fetch = client({ refreshToken });
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(server.url)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect([server.seen.length, issuer.issued]).toEqual([40, 1]);
  });

  it('share one refresh also if one of them gets its 401 late', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const answer = server.answer;
    server.answer = (request, response, nth) => {
      setTimeout(() => answer(request, response, nth), request.path === '/late' ? 60 : 0);
    };
    const fetch = client({ refreshToken });
    const [late] = await Promise.all([fetch(`${server.url}late`), fetch(server.url)]);
    expect([late.status, issuer.issued]).toEqual([200, 1]);
  });

  it('all get the error of a failed refresh; after the pause the next call refreshes', async () => {
    const { issuer, server, refreshToken } = await guarded();
    Object.assign(issuer, { delay: 20, broken: true });
    const fetch = client({ refreshToken });
    const failed = await Promise.allSettled([1, 2, 3].map(() => fetch(server.url)));
    for (const result of failed) {
      expect(result).toMatchObject({
        reason: {
          name: 'TokenRefreshError',
          policyName: 'service',
          origin: new URL(server.url).origin,
          cause: { message: 'the issuer is down' },
        },
      });
    }
    expect(issuer.refreshes).toHaveLength(1);
    expect(server.seen).toHaveLength(3);

    issuer.broken = false;
    skip(1);
    expect((await fetch(server.url)).status).toBe(200);
    expect(issuer.refreshes).toHaveLength(2);
  });

  it('continue if one of them is aborted during the refresh', async () => {
    const { issuer, server, refreshToken } = await guarded();
    issuer.delay = 80;
    const fetch = client({ refreshToken });
    const controller = new AbortController();
    const aborted = fetch(server.url, { signal: controller.signal });
    const continued = fetch(server.url);
    setTimeout(() => controller.abort(new Error('aborted')), 40);
    await expect(aborted).rejects.toThrow('aborted');
    expect((await continued).status).toBe(200);
    expect(issuer.issued).toBe(1);
  });
});

describe('a refresh', () => {
  it('that hangs fails after `refreshTimeout`, and the next may succeed', async () => {
    const { issuer, server, refreshToken } = await guarded();
    issuer.delay = 1000;
    const fetch = client({ refreshToken, refreshTimeout: 50 });
    await expect(fetch(server.url)).rejects.toMatchObject({
      name: 'TokenRefreshError',
      cause: { message: 'the refresh took longer than 50 ms' },
    });
    expect(issuer.refreshes[0]?.signal.aborted).toBe(true);
    issuer.delay = 0;
    skip(1);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('that returns no text fails', async () => {
    const { server } = await guarded();
    for (const token of ['', undefined, 42]) {
      const fetch = client({ refreshToken: () => token as string });
      await expect.soft(fetch(server.url)).rejects.toMatchObject({
        cause: { message: 'Expected `options.refreshToken` to return a non-empty string' },
      });
    }
  });

  it('that returns no valid header value fails, and the next may succeed', async () => {
    for (const token of ['a\nb', 'a\u2026b', 'a\0b']) {
      const { issuer, server, refreshToken } = await guarded();
      let refresh: RefreshToken = () => token;
      const fetch = client({ refreshToken: (context) => refresh(context) });
      await expect.soft(fetch(server.url)).rejects.toMatchObject({
        name: 'TokenRefreshError',
        cause: { message: 'Expected `options.refreshToken` to return a valid header value' },
      });
      refresh = refreshToken;
      skip(1);
      expect.soft((await fetch(server.url)).status).toBe(200);
      expect.soft(issuer.issued).toBe(1);
    }
  });

  it('that fails opens no circuit, as the dependency has answered', async () => {
    const { server, refreshToken } = await guarded();
    const issuer = await serve();
    await issuer.kill();
    let refresh: RefreshToken = () => globalThis.fetch(issuer.url).then(() => 'never');
    const fetch = client({ refreshToken: (context) => refresh(context), overrides: QUICK });
    for (let call = 1; call <= 7; call++) {
      await expect(fetch(server.url)).rejects.toMatchObject({ name: 'TokenRefreshError' });
      expect(server.seen).toHaveLength(call);
    }
    refresh = refreshToken;
    skip(60);
    expect((await fetch(server.url)).status).toBe(200);
  });
});

describe('a refresh that did not help', () => {
  const nextIn = (seconds: number) => expect.stringContaining(`next refresh in ${seconds} s`);

  it('and failed is followed by a pause that doubles up to 60 s, until a success', async () => {
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
      return issuer.refreshes.length;
    };
    let expected = 0;
    for (const pause of [1, 2, 4, 8, 16, 32, 60, 60]) {
      expect(await refreshes()).toBe(++expected);
      await expect(fetch(server.url)).rejects.toMatchObject({ message: nextIn(pause) });
      skip(pause);
    }
    issuer.broken = false;
    expect((await fetch(server.url)).status).toBe(200);
    issuer.broken = true;
    issuer.valid = 'another';
    expect(await refreshes()).toBe(expected + 2);
    await expect(fetch(server.url)).rejects.toMatchObject({ message: nextIn(1) });
  });

  it('and returned a refused token is followed by a pause with the 401 as response', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const { answer } = server;
    server.answer = (_, response) => response.writeHead(401).end();
    const fetch = client({ refreshToken });
    for (const [index, pause] of [1, 2, 4].entries()) {
      for (let call = 0; call < 20; call++) expect((await fetch(server.url)).status).toBe(401);
      expect(issuer.refreshes).toHaveLength(index + 1);
      skip(pause);
    }
    server.answer = answer;
    issuer.valid = 'another';
    expect((await fetch(server.url)).status).toBe(200);
    // The token was accepted, so there is no pause before the next refresh.
    issuer.valid = 'yet another';
    expect((await fetch(server.url)).status).toBe(200);
    expect(issuer.refreshes).toHaveLength(5);
  });

  it('for one path of an origin delays refreshes for other paths by at most 1 s', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const { answer } = server;
    server.answer = (request, response, nth) =>
      request.path === '/closed' ? response.writeHead(401).end() : answer(request, response, nth);
    const fetch = client({ refreshToken });
    const closed = `${server.url}closed`;
    for (let refresh = 0; refresh < 6; refresh++) {
      expect((await fetch(closed)).status).toBe(401);
      skip(60);
    }
    expect((await fetch(closed)).status).toBe(401);
    expect((await fetch(server.url)).status).toBe(200);
    for (let call = 0; call < 20; call++) {
      expect((await fetch(closed)).status).toBe(401);
      expect((await fetch(server.url)).status).toBe(200);
    }
    expect(issuer.refreshes).toHaveLength(7);
    issuer.valid = 'another';
    skip(1);
    expect((await fetch(server.url)).status).toBe(200);
    expect(issuer.refreshes).toHaveLength(8);
  });

  it('does not run if only the caller’s own token is refused', async () => {
    const { issuer, server, refreshToken } = await guarded();
    const fetch = client({ refreshToken });
    const callerInit = { headers: { authorization: 'Bearer old' } };
    for (let call = 0; call < 20; call++)
      expect((await fetch(server.url, callerInit)).status).toBe(200);
    expect(issuer.refreshes).toHaveLength(1);
    issuer.valid = 'another';
    expect((await fetch(server.url, callerInit)).status).toBe(401);
    skip(1);
    expect((await fetch(server.url, callerInit)).status).toBe(200);
    expect(issuer.refreshes).toHaveLength(2);
  });

  it('is one for all concurrent calls', async () => {
    const { issuer, server, refreshToken } = await guarded();
    server.answer = (_, response) => response.writeHead(401).end();
    const fetch = client({ refreshToken });
    await Promise.all(Array.from({ length: 20 }, () => fetch(server.url)));
    expect(issuer.refreshes).toHaveLength(1);
    skip(1);
    await fetch(server.url);
    expect(issuer.refreshes).toHaveLength(2);
  });
});
