import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ResilientFetch } from '../../src/http/index.ts';
import { TestSdk } from '../support/metrics.ts';
import { statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

const outcomeOf = (fetch: ResilientFetch, url: string, init?: RequestInit) =>
  fetch(url, init).then(
    async (response) => {
      await response.text();
      return response.status;
    },
    (error: Error) => error.name,
  );

describe('a circuit', () => {
  it('opens after five failed calls, rejects calls, and closes after one probe', async () => {
    const server = await serve(statuses(503));
    const fetch = client();
    const opening = Date.now();
    for (let call = 1; call <= 5; call++) {
      expect(await outcomeOf(fetch, server.url)).toBe(503);
      expect(server.seen).toHaveLength(4 * call);
    }
    const start = performance.now();
    const error = await fetch(server.url).catch((thrown: unknown) => thrown);
    expect(performance.now() - start).toBeLessThan(100);
    expect(server.seen).toHaveLength(20);
    expect(error).toMatchObject({
      name: 'CircuitOpenError',
      policyName: 'service',
      isCircuitOpenError: true,
      isBrokenCircuitError: true,
      cause: { isBrokenCircuitError: true },
    });
    const { retryAt } = error as { retryAt: Date };
    expect(retryAt.getTime()).toBeGreaterThan(opening + 300);
    expect(retryAt.getTime()).toBeLessThanOrEqual(Date.now() + 300);

    server.answer = statuses(200);
    await sleep(retryAt.getTime() - Date.now() + 1);
    expect(await outcomeOf(fetch, server.url)).toBe(200);
    expect(server.seen).toHaveLength(21);
    expect(await outcomeOf(fetch, server.url)).toBe(200);
  });

  it('reports when it allows a probe, also if it stays open longer each time', async () => {
    const server = await serve(statuses(503));
    const breaker = {
      halfOpenAfter: 50,
      maxHalfOpenAfter: 100,
      exponential: true,
      consecutiveFailures: 1,
    };
    const fetch = client({ overrides: { ...QUICK, retry: false, circuitBreaker: breaker } });
    for (const open of [50, 100, 100]) {
      expect(await outcomeOf(fetch, server.url)).toBe(503);
      const error = await fetch(server.url).catch((thrown: unknown) => thrown);
      const left = (error as { retryAt: Date }).retryAt.getTime() - Date.now();
      expect(left).toBeGreaterThan(open - 40);
      expect(left).toBeLessThanOrEqual(open);
      await sleep(left + 1);
    }
  });

  it('counts a POST that fails, although it is not retried', async () => {
    const server = await serve(statuses(500));
    const fetch = client();
    for (let call = 1; call <= 5; call++) {
      expect(await outcomeOf(fetch, server.url, { method: 'POST' })).toBe(500);
    }
    expect(await outcomeOf(fetch, server.url)).toBe('CircuitOpenError');
    expect(server.seen).toHaveLength(5);
  });

  it('does not count a response that is the fault of the caller', async () => {
    const server = await serve(statuses(404));
    const fetch = client();
    for (let call = 1; call <= 10; call++) expect(await outcomeOf(fetch, server.url)).toBe(404);
  });
});

describe('a client recovers without help from', () => {
  const recovered = async (fetch: ResilientFetch, url: string) => {
    for (let tries = 0; tries < 20; tries++) {
      if ((await outcomeOf(fetch, url)) === 200) return true;
      await sleep(50);
    }
    return false;
  };

  it('a server that is killed and started again', async () => {
    const server = await serve();
    const fetch = client();
    expect(await outcomeOf(fetch, server.url)).toBe(200);
    await server.kill();
    const outcomes: unknown[] = [];
    for (let call = 0; call < 7; call++) outcomes.push(await outcomeOf(fetch, server.url));
    expect(outcomes.slice(0, 5)).toEqual(Array(5).fill('TypeError'));
    expect(outcomes.slice(5)).toEqual(Array(2).fill('CircuitOpenError'));
    await server.start();
    expect(await recovered(fetch, server.url)).toBe(true);
  });

  it('a server that hangs', async () => {
    const server = await serve(() => {});
    const fetch = client({ overrides: { ...QUICK, timeout: { duration: 20 } } });
    for (let call = 0; call < 6; call++) await outcomeOf(fetch, server.url);
    expect(await outcomeOf(fetch, server.url)).toBe('CircuitOpenError');
    server.answer = statuses(200);
    expect(await recovered(fetch, server.url)).toBe(true);
  });

  it('a server that hangs in the probe of the circuit', async () => {
    const server = await serve(statuses(503));
    const overrides = { ...QUICK, timeout: { duration: 50 }, retry: false } as const;
    const fetch = client({ overrides });
    for (let call = 0; call < 6; call++) await outcomeOf(fetch, server.url);
    server.answer = () => {};
    await sleep(310);
    expect(await outcomeOf(fetch, server.url)).not.toBe(200);
    server.answer = statuses(200);
    expect(await recovered(fetch, server.url)).toBe(true);
  });

  it('a bulkhead that is full', async () => {
    const server = await serve((_, response) => void setTimeout(() => response.end(), 60));
    const fetch = client({ overrides: { ...QUICK, bulkhead: { limit: 2, queue: 1 } } });
    const calls = Array.from({ length: 9 }, () =>
      fetch(server.url).then(
        ({ status }) => status,
        (error: object) => ('isBulkheadRejectedError' in error ? 'full' : error),
      ),
    );
    expect((await Promise.all(calls)).sort()).toEqual([200, 200, 200, ...Array(6).fill('full')]);
    expect(server.seen).toHaveLength(3);
    expect(await outcomeOf(fetch, server.url)).toBe(200);
  });

  it('a bulkhead of calls that hang or are aborted', async () => {
    const server = await serve(() => {});
    const fetch = client({
      overrides: {
        ...QUICK,
        circuitBreaker: false,
        retry: false,
        timeout: { duration: 50 },
        bulkhead: { limit: 2, queue: 0 },
      },
    });
    const controller = new AbortController();
    const hung = [fetch(server.url), fetch(server.url, { signal: controller.signal })];
    setTimeout(() => controller.abort(), 20);
    await Promise.allSettled(hung);
    server.answer = statuses(200);
    expect(await outcomeOf(fetch, server.url)).toBe(200);
    expect(fetch.policy.bulkhead?.executionSlots).toBe(2);
  });

  it('tokens that expire', async () => {
    let valid = 0;
    const server = await serve(({ headers }, response) => {
      response.writeHead(headers.authorization === `Bearer ${valid}` ? 200 : 401).end();
    });
    const fetch = client({ refreshToken: () => String(valid) });
    for (valid = 1; valid <= 5; valid++) expect(await outcomeOf(fetch, server.url)).toBe(200);
    expect(server.seen).toHaveLength(10);
  });

  it('a server that is busy for a while', async () => {
    const server = await serve((request, response, nth) => {
      response.setHeader('retry-after', '0.05');
      statuses(429, 429, 200)(request, response, nth);
    });
    expect(await outcomeOf(client(), server.url)).toBe(200);
  });
});

describe('the metrics of a client', () => {
  it('have errors by status or code, and executions by outcome', async () => {
    const sdk = new TestSdk();
    const server = await serve(statuses(503, 429, 200));
    const overrides = { ...QUICK, instrument: { meterProvider: sdk.provider } };
    const fetch = client({ overrides });
    await outcomeOf(fetch, server.url);
    await server.kill();
    await outcomeOf(fetch, server.url);
    const errors = async (type: string, policy: string) =>
      sdk.value('resilience.errors', { 'error.type': type, 'resilience.policy.type': policy });
    expect(await errors('503', 'retry')).toBe(1);
    expect(await errors('429', 'retry')).toBe(1);
    expect(await errors('ECONNREFUSED', 'retry')).toBe(4);
    expect(await errors('ECONNREFUSED', 'circuit_breaker')).toBe(1);
    const outcome = async (value: string) =>
      sdk.value('resilience.executions', { 'resilience.outcome': value });
    expect([await outcome('success'), await outcome('failure')]).toEqual([1, 1]);
  });

  it('count a failed response as a failure, although the caller gets the response', async () => {
    const sdk = new TestSdk();
    const server = await serve(statuses(503));
    const overrides = { ...QUICK, instrument: { meterProvider: sdk.provider } };
    expect(await outcomeOf(client({ overrides }), server.url)).toBe(503);
    expect(await sdk.value('resilience.executions', { 'resilience.outcome': 'failure' })).toBe(1);
    expect(await sdk.value('resilience.executions', { 'resilience.outcome': 'success' })).toBe(0);
    const exhausted = { 'resilience.retry.result': 'exhausted' };
    expect(await sdk.value('resilience.retry.calls', exhausted)).toBe(1);
  });
});

describe('a client that sends through another client', () => {
  it('counts only failed statuses as failures', async () => {
    const server = await serve(statuses(404));
    const inner = client({ throwOnStatus: true, overrides: { ...QUICK, retry: false } });
    const outer = client({ fetch: inner as typeof fetch, overrides: { ...QUICK, retry: false } });
    for (let call = 1; call <= 7; call++) {
      await expect(outer(server.url)).rejects.toMatchObject({ status: 404 });
      expect(server.seen).toHaveLength(call);
    }
    server.answer = statuses(503);
    for (let call = 1; call <= 5; call++) {
      await expect(outer(server.url)).rejects.toMatchObject({ status: 503 });
    }
    await expect(outer(server.url)).rejects.toMatchObject({ name: 'CircuitOpenError' });
  });
});
