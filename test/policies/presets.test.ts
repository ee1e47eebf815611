import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PRESET_NAMES } from '../../src/presets/presets.ts';
import { levels, moved } from '../instrumentation/support.ts';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Dependency, DOCUMENTED, policiesOver } from './support.ts';

it('every preset is tried', () => {
  expect(DOCUMENTED.map(({ preset }) => preset)).toEqual(PRESET_NAMES);
});

describe.each(majors)('over cockatiel $major', ({ major }) => {
  let dependency: Dependency;
  let sdk: TestSdk;
  let createPolicy: Awaited<ReturnType<typeof policiesOver>>['createPolicy'];
  beforeEach(async () => {
    ({ createPolicy } = await policiesOver(major));
    sdk = new TestSdk();
    dependency = new Dependency();
    await dependency.start();
  });
  afterEach(async () => {
    vi.doUnmock('cockatiel');
    await dependency.stop();
    await sdk.provider.shutdown();
  });

  describe.each(DOCUMENTED)('the preset $preset', (documented) => {
    const { preset, calls, waits, jitter, failures, open, timeout, bulkhead } = documented;
    const failing = documented.connectionOnly ? 'break' : 503;
    const make = () =>
      createPolicy('service', preset, { instrument: { meterProvider: sdk.provider } });

    /** The waits between the requests that the server saw. */
    function expectMoments() {
      const { requests } = dependency;
      expect(requests).toHaveLength(calls);
      expect(requests[0]).toBe(0);
      waits.forEach((wait, index) => {
        const waited = (requests[index + 1] ?? 0) - (requests[index] ?? 0);
        expect(waited).toBeLessThanOrEqual(wait + 0.0015);
        // A timer of a fraction of a millisecond may come a millisecond early.
        expect(waited).toBeGreaterThanOrEqual((jitter ? wait / 2 : wait) - 0.0015);
      });
    }

    it('calls, opens, lets one call try, and closes, as documented', async () => {
      const policy = make();
      dependency.behaviour = failing;
      for (let call = 1; call <= failures; call++) {
        expect(await levels(sdk)).toMatchObject({ 'circuit_breaker.state': { closed: 1 } });
        dependency.begin();
        expect(await dependency.answer(policy.execute(dependency.call))).toHaveProperty('error');
        expectMoments();
      }
      expect(await levels(sdk)).toMatchObject({ 'circuit_breaker.state': { open: 1 } });

      dependency.begin();
      const before = performance.now();
      await expect(policy.execute(dependency.call)).rejects.toMatchObject({
        isBrokenCircuitError: true,
      });
      expect(performance.now() - before).toBeLessThan(100);
      expect(dependency.requests).toEqual([]);

      await vi.advanceTimersByTimeAsync(open * 1000 - 1);
      await expect(policy.execute(dependency.call)).rejects.toThrow();
      expect(dependency.requests).toEqual([]);

      dependency.behaviour = 200;
      await vi.advanceTimersByTimeAsync(1);
      const together = [policy.execute(dependency.call), policy.execute(dependency.call)];
      expect(await dependency.answer(Promise.all(together))).toEqual([200, 200]);
      expect(await levels(sdk)).toMatchObject({ 'circuit_breaker.state': { closed: 1 } });

      expect(await moved(sdk)).toMatchObject({
        executions: { success: 2, failure: failures, rejected: 2 },
        'circuit_breaker.calls': { success: 2, failure: failures, rejected: 2 },
        'circuit_breaker.transitions': {
          'closed open': 1,
          'open half_open': 1,
          'half_open closed': 1,
        },
        'retry.calls': { exhausted: failures, success_without_retry: 2 },
      });
      policy.dispose();
    });

    it('aborts an attempt that takes too long, and retries', async () => {
      const policy = make();
      dependency.behaviour = 'hang';
      dependency.begin();
      const answer = await dependency.answer(policy.execute(dependency.call));
      expect(answer).toMatchObject({ error: { isTaskCancelledError: true } });
      const { requests } = dependency;
      expect(requests).toHaveLength(calls);
      waits.forEach((wait, index) => {
        const waited = (requests[index + 1] ?? 0) - (requests[index] ?? 0) - timeout;
        expect(waited).toBeLessThanOrEqual(wait + 0.0015);
        expect(waited).toBeGreaterThanOrEqual((jitter ? wait / 2 : wait) - 0.0015);
      });
      expect(await moved(sdk)).toMatchObject({
        executions: { timed_out: 1 },
        'timeout.calls': { timed_out: calls },
      });
      policy.dispose();
    });

    if (bulkhead === undefined) return;
    it('lets so many calls in at a time, and one more is no failure', async () => {
      const policy = make();
      dependency.behaviour = 'hang';
      const caller = new AbortController();
      const retained = Array.from({ length: bulkhead }, () =>
        policy.execute(dependency.call, caller.signal).catch((error: unknown) => error),
      );
      for (let call = 0; call <= failures; call++) {
        await expect(policy.execute(dependency.call)).rejects.toMatchObject({
          isBulkheadRejectedError: true,
        });
      }
      expect(await levels(sdk)).toMatchObject({
        'bulkhead.limit': bulkhead,
        'bulkhead.active': bulkhead,
        'circuit_breaker.state': { closed: 1 },
      });
      caller.abort();
      await Promise.all(retained);
      dependency.behaviour = 200;
      expect(await dependency.answer(policy.execute(dependency.call))).toBe(200);
      policy.dispose();
    });
  });
});
