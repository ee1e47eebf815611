import { request as httpRequest } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type HealthServer, listen } from '../../src/health/index.ts';
import { breakerNamed, TOKEN } from './support.ts';

const running: HealthServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((item) => item.close()));
});

async function start(...args: Parameters<typeof listen>): Promise<HealthServer> {
  const [routes, options] = args;
  const listening = await listen(routes, { port: 0, ...options });
  running.push(listening);
  return listening;
}

/** `fetch` sets the header `Host` itself. */
function statusFor(url: string, host: string, path = '/health'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    httpRequest(`${url}${path}`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('listening', () => {
  it('listens on loopback only, by default', async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'healthy' });
  });

  it('allows operations with the token', async () => {
    breakerNamed('a/b');
    const { url } = await start({ token: TOKEN });
    const response = await fetch(`${url}/circuit-breakers/a%2Fb/isolate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'maintenance' }),
    });
    expect(await response.json()).toMatchObject({ name: 'a/b', state: 'isolated' });
    await fetch(`${url}/circuit-breakers/a%2Fb/release`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
  });

  it('rejects requests for another host name, as after DNS rebinding', async () => {
    const { url } = await start({}, { hosts: ['ops.example'] });
    const { port } = new URL(url);
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example']) {
      expect(await statusFor(url, host)).toBe(421);
    }
    expect(await statusFor(url, 'x y')).toBe(400);
    for (const host of ['localhost', `LOCALHOST:${port}`, '[::1]:80', '127.0.0.2', 'ops.example']) {
      expect(await statusFor(url, host)).toBe(200);
    }
  });

  it('closes with a kept-alive connection, and more than once', async () => {
    const { url, close } = await start();
    await (await fetch(`${url}/health`)).text();
    await Promise.all([close(), close()]);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });

  it('says where it can not listen', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(listen({}, { port })).rejects.toThrow(
      `The health routes cannot be served on 127.0.0.1:${port}:`,
    );
  });
});
