import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFetch, type FetchOptions } from '../../src/http/index.ts';
import { PRESET_NAMES, type PresetName, presetOf } from '../../src/presets/presets.ts';
import { statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

afterEach(() => vi.unstubAllEnvs());

describe.each(PRESET_NAMES.map((preset) => ({ preset })))('the preset $preset', ({ preset }) => {
  const { calls, statuses: listed } = presetOf(preset).retry as {
    calls: number;
    statuses?: readonly number[];
  };

  it('makes the calls of its table for failures that it retries', async () => {
    const server = await serve(statuses(503));
    const fetch = client({ preset });
    expect((await fetch(server.url)).status).toBe(503);
    expect(server.seen).toHaveLength(listed?.length === 0 ? 1 : calls);
    await server.kill();
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  });

  it('waits between calls as in its table, scaled to 1 %', async () => {
    const server = await serve(statuses(408));
    const { firstWaitSeconds, base, jitter } = presetOf(preset).retry;
    const scaled = { initialDelay: firstWaitSeconds * 10, maxDelay: 1000 };
    await client({ preset, overrides: { ...QUICK, retry: scaled } })(server.url);
    const moments = server.seen.map(({ at }) => at);
    const waits = moments.slice(1).map((at, wait) => at - (moments[wait] ?? 0));
    expect(waits).toHaveLength(calls - 1);
    for (const [retry, wait] of waits.entries()) {
      const planned = 10 * firstWaitSeconds * base ** retry;
      expect(wait).toBeGreaterThan(planned * (jitter ? 0.5 : 1) - 2);
      expect(wait).toBeLessThan(planned + 500);
    }
  });

  it('retries a 408, which is a timeout', async () => {
    const server = await serve(statuses(408, 200));
    expect((await client({ preset })(server.url)).status).toBe(200);
  });
});

describe('settings', () => {
  it('of the code apply: statuses, filters, delays, no retry', async () => {
    const server = await serve(statuses(409, 200));
    const fetch = (retry: object | false) =>
      client({ overrides: { ...QUICK, retry: retry && { ...QUICK.retry, ...retry } } })(server.url);
    expect((await fetch({ statuses: [409] })).status).toBe(200);

    server.seen.length = 0;
    server.answer = statuses(503, 200);
    expect((await fetch(false)).status).toBe(503);

    server.seen.length = 0;
    expect((await fetch({ handle: () => false })).status).toBe(503);

    server.seen.length = 0;
    const delayArgs: unknown[] = [];
    const delay = (failure: unknown, attempt: number) => {
      delayArgs.push([(failure as { status: number }).status, attempt]);
      return 150;
    };
    const start = performance.now();
    expect((await fetch({ delay })).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(149);
    expect(delayArgs).toContainEqual([503, 1]);
  });

  it('`handleResult` applies to requests that may be sent again', async () => {
    const server = await serve(statuses(202, 200));
    const handleResult = (value: unknown) => (value as Response).status === 202;
    const fetch = client({ overrides: { ...QUICK, handleResult } });
    expect((await fetch(server.url)).status).toBe(200);
    server.seen.length = 0;
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(202);
  });

  it('of the environment apply', async () => {
    vi.stubEnv('RETRY_MAX_ATTEMPTS', '2');
    const server = await serve(statuses(503));
    await client()(server.url);
    expect(server.seen).toHaveLength(2);
  });

  it('`RESILIENCE_ENABLED=false` leaves tokens and signals', async () => {
    vi.stubEnv('RESILIENCE_ENABLED', 'false');
    const server = await serve(statuses(503, 401, 200));
    const fetch = client({ refreshToken: () => 'token' });
    expect((await fetch(server.url)).status).toBe(503);
    expect((await fetch(server.url)).status).toBe(200);
    const signal = AbortSignal.abort(new Error('aborted'));
    await expect(fetch(server.url, { signal })).rejects.toThrow('aborted');
    expect(server.seen).toHaveLength(3);
  });

  it('that are invalid throw like createPolicy', () => {
    const preset = 'unknown' as PresetName;
    expect(() => createFetch('service', { preset })).toThrow('Expected `preset`');
    const overrides = { retry: { calls: 0 } };
    expect(() => createFetch('service', { overrides })).toThrow('calls');
  });
});

describe('the overall timeout', () => {
  const overallTimeoutOf = (...args: Parameters<typeof createFetch>) => {
    const { policy } = createFetch(...args);
    policy.dispose();
    return policy.settings.overallTimeout;
  };

  it('of the HTTP presets is the time of all attempts and delays', () => {
    const presets = ['http', 'httpService', 'apiClient', 'aws'] as const;
    const timeouts = presets.map((preset) => overallTimeoutOf('service', { preset }));
    expect(timeouts).toMatchObject(
      [63.5, 123.5, 48, 183].map((seconds) => ({ duration: seconds * 1000 })),
    );
    expect(overallTimeoutOf('service', { preset: 'enterprise' })).toBe(false);
  });

  it('follows the settings in force', () => {
    const overrides: readonly (readonly [NonNullable<FetchOptions['overrides']>, unknown])[] = [
      [{ timeout: { duration: 60_000 } }, 243_500],
      [{ retry: { calls: 2 } }, 30_500],
      [{ retry: { delays: [10_000, 20_000] } }, 110_000],
      [{ retry: { strategy: 'random' } }, 66_000],
      [{ overallTimeout: { duration: 5000 } }, 5000],
    ];
    for (const [override, duration] of overrides) {
      expect.soft(overallTimeoutOf('service', { overrides: override })).toMatchObject({ duration });
    }
  });

  it('is missing if it is switched off, or if retry, timeout or its place in `order` is missing', () => {
    const overrides: readonly NonNullable<FetchOptions['overrides']>[] = [
      { overallTimeout: false },
      { retry: false },
      { timeout: false },
      { order: ['fallback', 'circuitBreaker', 'retry', 'bulkhead', 'timeout'] },
    ];
    for (const override of overrides) {
      expect.soft(overallTimeoutOf('service', { overrides: override })).toBe(false);
    }
  });
});
