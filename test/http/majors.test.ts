import { setTimeout as sleep } from 'node:timers/promises';
import { RetryPolicy } from 'cockatiel3';
import { describe, expect, it, vi } from 'vitest';
import { statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

vi.mock('cockatiel', () => import('cockatiel3'));

describe('with cockatiel 3', () => {
  it('a call is retried, and the caller gets the last response', async () => {
    const server = await serve(statuses(503, 503, 200));
    expect((await client()(server.url)).status).toBe(200);
    server.seen.length = 0;
    server.answer = statuses(503);
    const fetch = client();
    expect(await (await fetch(server.url)).text()).toBe('answer 4');
    expect(fetch.policy.retry).toBeInstanceOf(RetryPolicy);
  });

  it('an open circuit reports when it allows a probe, which closes it', async () => {
    const server = await serve(statuses(503));
    const fetch = client({ overrides: { ...QUICK, retry: false } });
    const opening = Date.now();
    for (let call = 0; call < 5; call++) await fetch(server.url);
    const error: unknown = await fetch(server.url).catch((thrown: unknown) => thrown);
    const { retryAt } = error as { retryAt: Date };
    expect(error).toMatchObject({ name: 'CircuitOpenError' });
    expect(retryAt.getTime()).toBeGreaterThanOrEqual(opening + 300);
    server.answer = statuses(200);
    await sleep(retryAt.getTime() - Date.now() + 1);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('a body is read after the attempt has ended', async () => {
    const server = await serve((_, response) => {
      response.write('slow');
      setTimeout(() => response.end(' body'), 50);
    });
    expect(await (await client()(server.url)).text()).toBe('slow body');
  });

  it('a timeout is a TimeoutError, and an abort rejects with the reason', async () => {
    const server = await serve(() => {});
    const overrides = { ...QUICK, retry: false, timeout: { duration: 100 } } as const;
    await expect(client({ overrides })(server.url)).rejects.toMatchObject({ name: 'TimeoutError' });
    const controller = new AbortController();
    const call = client()(server.url, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('aborted')), 30);
    await expect(call).rejects.toThrow('aborted');
  });

  it('queued calls of a bulkhead are answered', async () => {
    const server = await serve((_, response) => void setTimeout(() => response.end(), 20));
    const fetch = client({ overrides: { ...QUICK, bulkhead: { limit: 1, queue: 5 } } });
    const answers = await Promise.all([1, 2, 3].map(() => fetch(server.url)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
