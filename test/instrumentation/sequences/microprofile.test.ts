import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../../support/cockatiel.ts';
import { TestSdk } from '../../support/metrics.ts';
import {
  answerOf,
  Down,
  deferred,
  durations,
  Invalid,
  later,
  levels,
  moved,
  NAME,
  settled,
} from '../support.ts';
import { failing, policiesOf, sleep } from './policies.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)(
  'cockatiel $major in situations of MicroProfile Fault Tolerance',
  ({ cockatiel }) => {
    const { bulkhead, fallback, handleAll, handleType, retry, wrap } = cockatiel;
    const { breakerOf, timeout } = policiesOf(cockatiel);
    let sdk: TestSdk;
    beforeEach(() => {
      sdk = new TestSdk();
    });

    it('all annotations at once, a call that succeeds', async () => {
      const all = sdk.instrument(
        NAME,
        wrap(
          fallback(handleAll, () => 'instead'),
          retry(handleAll, { maxAttempts: 5 }),
          breakerOf({ threshold: 0.5, size: 20 }),
          timeout(1000),
          bulkhead(3, 3),
        ),
      );
      await settled(all.execute(async () => 'fine'));
      expect(await moved(sdk)).toEqual({
        executions: { success: 1 },
        'fallback.calls': { 'not_used function': 1 },
        'retry.calls': { success_without_retry: 1 },
        'circuit_breaker.calls': { success: 1 },
        'timeout.calls': { completed: 1 },
        'bulkhead.calls': { accepted: 1 },
      });
      expect(await levels(sdk)).toEqual({
        'circuit_breaker.state': { closed: 1 },
        'bulkhead.limit': 3,
        'bulkhead.queue.limit': 3,
      });
      expect(await durations(sdk, 'resilience.bulkhead.wait.duration')).toMatchObject({ count: 0 });
    });

    it('all annotations at once, every attempt fails and the fallback answers', async () => {
      const all = sdk.instrument(
        NAME,
        wrap(
          fallback(handleAll, () => 'instead'),
          retry(handleAll, { maxAttempts: 5 }),
          breakerOf({ threshold: 0.5, size: 20 }),
          timeout(1000),
          bulkhead(3, 3),
        ),
      );
      expect(await settled(all.execute(failing(99)))).toEqual({ value: 'instead' });
      expect(await moved(sdk)).toEqual({
        executions: { fallback: 1 },
        'fallback.calls': { 'used function': 1 },
        'retry.calls': { exhausted: 1 },
        'retry.attempts': { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1 },
        'circuit_breaker.calls': { failure: 6 },
        'timeout.calls': { completed: 6 },
        'bulkhead.calls': { accepted: 6 },
        errors: { 'circuit_breaker Down': 6, 'retry Down': 6, 'fallback Down': 1 },
      });
    });

    it('retry metrics: five failures and a success, too many failures, a success at once', async () => {
      const policy = sdk.instrument(NAME, retry(handleAll, { maxAttempts: 5 }));
      for (const times of [5, 20, 0]) await settled(policy.execute(failing(times)));
      expect(await moved(sdk)).toEqual({
        executions: { success: 2, failure: 1 },
        'retry.calls': { success_after_retry: 1, exhausted: 1, success_without_retry: 1 },
        'retry.attempts': { 1: 2, 2: 2, 3: 2, 4: 2, 5: 2 },
        errors: { 'retry Down': 11 },
      });
    });

    it('retry metrics: an exception that aborts it, at once and after a retry', async () => {
      const policy = sdk.instrument(
        NAME,
        retry(
          cockatiel.handleWhen((error) => !(error instanceof Invalid)),
          { maxAttempts: 5 },
        ),
      );
      await settled(policy.execute(failing(9, () => new Invalid())));
      let calls = 0;
      await settled(policy.execute(failing(9, () => (++calls < 3 ? new Down() : new Invalid()))));
      expect(await moved(sdk)).toEqual({
        executions: { not_handled: 2 },
        'retry.calls': { not_retryable: 2 },
        'retry.attempts': { 1: 1, 2: 1 },
        errors: { 'retry Down': 2 },
      });
    });

    it('timeout metrics: one call in time, one not', async () => {
      const policy = sdk.instrument(NAME, timeout(500));
      await settled(policy.execute(() => sleep(2000)));
      await settled(policy.execute(() => sleep(10)));
      expect(await moved(sdk)).toEqual({
        executions: { timed_out: 1, success: 1 },
        'timeout.calls': { timed_out: 1, completed: 1 },
      });
      expect(await durations(sdk, 'resilience.execution.duration')).toEqual({
        count: 2,
        seconds: 0.51,
      });
    });

    it('circuit breaker metrics: two failures, one call prevented, a delay, two successes', async () => {
      const policy = sdk.instrument(NAME, breakerOf(2));
      for (let i = 0; i < 2; i++) await settled(policy.execute(failing(1)));
      await settled(policy.execute(failing(0)));
      expect(await levels(sdk)).toEqual({ 'circuit_breaker.state': { open: 1 } });
      await later(1000);
      for (let i = 0; i < 2; i++) await settled(policy.execute(failing(0)));
      expect(await levels(sdk)).toEqual({ 'circuit_breaker.state': { closed: 1 } });
      expect(await moved(sdk)).toEqual({
        executions: { failure: 2, rejected: 1, success: 2 },
        'circuit_breaker.calls': { failure: 2, rejected: 1, success: 2 },
        'circuit_breaker.transitions': {
          'closed open': 1,
          'open half_open': 1,
          'half_open closed': 1,
        },
        errors: { 'circuit_breaker Down': 2 },
      });
      expect(await durations(sdk, 'resilience.circuit_breaker.recovery.duration')).toEqual({
        count: 1,
        seconds: 1,
      });
    });

    it('bulkhead metrics: two run, the third is rejected, and one runs again after', async () => {
      const policy = sdk.instrument(NAME, bulkhead(2));
      const running = deferred();
      const calls = [1, 2].map(() => policy.execute(() => running.promise));
      expect(await levels(sdk)).toMatchObject({ 'bulkhead.active': 2 });
      await settled(policy.execute(failing(0)));
      running.resolve(undefined);
      await Promise.all(calls);
      expect(await levels(sdk)).toEqual({ 'bulkhead.limit': 2 });
      await policy.execute(failing(0));
      expect(await moved(sdk)).toEqual({
        executions: { success: 3, rejected: 1 },
        'bulkhead.calls': { accepted: 3, rejected: 1 },
      });
    });

    it('asynchronous bulkhead metrics: two run, two wait, the fifth is rejected', async () => {
      const policy = sdk.instrument(NAME, bulkhead(2, 2));
      const calls = [1, 2, 3, 4, 5].map(() => answerOf(policy.execute(() => sleep(300))));
      await later(100);
      expect(await levels(sdk)).toMatchObject({ 'bulkhead.active': 2, 'bulkhead.queued': 2 });
      await vi.runAllTimersAsync();
      await Promise.all(calls);
      expect(await moved(sdk)).toEqual({
        executions: { success: 4, rejected: 1 },
        'bulkhead.calls': { accepted: 4, rejected: 1 },
      });
      expect(await durations(sdk, 'resilience.bulkhead.wait.duration')).toEqual({
        count: 2,
        seconds: 0.6,
      });
    });

    it('fallback metrics: not applied, applied, applied and failing', async () => {
      let fallbackWorks = true;
      const policy = sdk.instrument(
        NAME,
        fallback(handleAll, () => {
          if (!fallbackWorks) throw new Invalid();
          return 'instead';
        }),
      );
      await settled(policy.execute(failing(0)));
      await settled(policy.execute(failing(1)));
      fallbackWorks = false;
      await settled(policy.execute(failing(1)));
      expect(await moved(sdk)).toEqual({
        executions: { success: 1, fallback: 1, failure: 1 },
        'fallback.calls': { 'not_used function': 1, 'used function': 1, 'failed function': 1 },
        errors: { 'fallback Down': 2 },
      });
    });

    it('clashing names: two methods of one name are one metric', async () => {
      const [one, two] = [1, 2].map(() => sdk.instrument(NAME, retry(handleAll, {})));
      await one?.execute(failing(0));
      await two?.execute(failing(0));
      expect(await moved(sdk)).toEqual({
        executions: { success: 2 },
        'retry.calls': { success_without_retry: 2 },
      });
    });

    it('circuit breaker with retry, more retries than it needs to open: four calls, four prevented', async () => {
      const policy = sdk.instrument(
        NAME,
        wrap(retry(handleAll, { maxAttempts: 7 }), breakerOf({ threshold: 0.7, size: 4 })),
      );
      const fn = failing(99);
      expect(await settled(policy.execute(fn))).toEqual({
        error: expect.any(cockatiel.BrokenCircuitError),
      });
      expect(fn).toHaveBeenCalledTimes(4);
      expect(await moved(sdk)).toEqual({
        executions: { failure: 1 },
        'retry.calls': { exhausted: 1 },
        'retry.attempts': { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1 },
        'circuit_breaker.calls': { failure: 4, rejected: 4 },
        'circuit_breaker.transitions': { 'closed open': 1 },
        errors: { 'circuit_breaker Down': 4, 'retry Down': 4, 'retry BrokenCircuitError': 4 },
      });
    });

    it('circuit breaker with retry, fewer retries than it needs to open: the next call opens it', async () => {
      const policy = sdk.instrument(
        NAME,
        wrap(retry(handleAll, { maxAttempts: 2 }), breakerOf({ threshold: 0.7, size: 4 })),
      );
      expect(await settled(policy.execute(failing(99)))).toEqual({ error: new Down() });
      expect(await settled(policy.execute(failing(99)))).toEqual({
        error: expect.any(cockatiel.BrokenCircuitError),
      });
      expect(await moved(sdk)).toEqual({
        executions: { failure: 2 },
        'retry.calls': { exhausted: 2 },
        'retry.attempts': { 1: 2, 2: 2 },
        'circuit_breaker.calls': { failure: 4, rejected: 2 },
        'circuit_breaker.transitions': { 'closed open': 1 },
        errors: { 'circuit_breaker Down': 4, 'retry Down': 4, 'retry BrokenCircuitError': 2 },
      });
    });

    it('circuit breaker with retry that waits until it is closed again', async () => {
      const policy = sdk.instrument(
        NAME,
        wrap(
          retry(handleAll, { maxAttempts: 20, backoff: new cockatiel.ConstantBackoff(200) }),
          breakerOf(4, 1000),
        ),
      );
      expect(await settled(policy.execute(failing(4)))).toEqual({ value: 'fine' });
      // Opened at 600 ms; tried in vain at 800, 1000, 1200 and 1400; half-open at 1600.
      expect(await moved(sdk)).toEqual({
        executions: { success: 1 },
        'retry.calls': { success_after_retry: 1 },
        'retry.attempts': { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1 },
        'circuit_breaker.calls': { failure: 4, rejected: 4, success: 1 },
        'circuit_breaker.transitions': {
          'closed open': 1,
          'open half_open': 1,
          'half_open closed': 1,
        },
        errors: { 'circuit_breaker Down': 4, 'retry Down': 4, 'retry BrokenCircuitError': 4 },
      });
      const recovery = 'resilience.circuit_breaker.recovery.duration';
      expect(await durations(sdk, recovery)).toEqual({ count: 1, seconds: 1 });
    });

    it('circuit breaker with timeout: two timeouts open it', async () => {
      const policy = sdk.instrument(
        NAME,
        wrap(breakerOf({ threshold: 0.75, size: 2 }, 60_000), timeout(500)),
      );
      for (let i = 0; i < 3; i++) await settled(policy.execute(() => sleep(1000)));
      expect(await moved(sdk)).toEqual({
        executions: { timed_out: 2, rejected: 1 },
        'circuit_breaker.calls': { failure: 2, rejected: 1 },
        'circuit_breaker.transitions': { 'closed open': 1 },
        'timeout.calls': { timed_out: 2 },
        errors: { 'circuit_breaker TaskCancelledError': 2 },
      });
    });

    it('circuit breaker with bulkhead: rejections open it', async () => {
      const policy = sdk.instrument(
        NAME,
        wrap(breakerOf({ threshold: 0.9, size: 3 }), bulkhead(1)),
      );
      const running = deferred();
      const first = answerOf(policy.execute(() => running.promise));
      for (let i = 0; i < 4; i++) await settled(policy.execute(failing(0)));
      running.resolve(undefined);
      await first;
      expect(await moved(sdk)).toEqual({
        executions: { success: 1, rejected: 4 },
        'circuit_breaker.calls': { success: 1, failure: 3, rejected: 1 },
        'circuit_breaker.transitions': { 'closed open': 1 },
        'bulkhead.calls': { accepted: 1, rejected: 3 },
        errors: { 'circuit_breaker BulkheadRejectedError': 3 },
      });
    });

    it('retry with timeout: each attempt has its own limit', async () => {
      const policy = sdk.instrument(NAME, wrap(retry(handleAll, { maxAttempts: 1 }), timeout(500)));
      await settled(policy.execute(() => sleep(1000)));
      expect(await moved(sdk)).toEqual({
        executions: { timed_out: 1 },
        'retry.calls': { exhausted: 1 },
        'retry.attempts': { 1: 1 },
        'timeout.calls': { timed_out: 2 },
        errors: { 'retry TaskCancelledError': 2 },
      });
    });

    it('retry that does not retry on timeouts: one attempt', async () => {
      const policy = sdk.instrument(
        NAME,
        wrap(retry(handleType(Down), { maxAttempts: 1 }), timeout(500)),
      );
      await settled(policy.execute(() => sleep(1000)));
      expect(await moved(sdk)).toEqual({
        executions: { timed_out: 1 },
        'retry.calls': { not_retryable: 1 },
        'timeout.calls': { timed_out: 1 },
      });
    });

    it('retry with bulkhead: a rejected call gets in later', async () => {
      const policy = sdk.instrument(
        NAME,
        wrap(
          retry(handleAll, { maxAttempts: 3, backoff: new cockatiel.ConstantBackoff(100) }),
          bulkhead(1),
        ),
      );
      const calls = [policy.execute(() => sleep(150)), policy.execute(failing(0))];
      await vi.runAllTimersAsync();
      await Promise.all(calls);
      expect(await moved(sdk)).toEqual({
        executions: { success: 2 },
        'retry.calls': { success_without_retry: 1, success_after_retry: 1 },
        'retry.attempts': { 1: 1, 2: 1 },
        'bulkhead.calls': { accepted: 2, rejected: 2 },
        errors: { 'retry BulkheadRejectedError': 2 },
      });
    });

    it('timeout with fallback: a value in time for what was too late', async () => {
      const policy = sdk.instrument(NAME, wrap(fallback(handleAll, 'instead'), timeout(500)));
      expect(await settled(policy.execute(() => sleep(1000)))).toEqual({ value: 'instead' });
      expect(await moved(sdk)).toEqual({
        executions: { fallback: 1 },
        'fallback.calls': { 'used value': 1 },
        'timeout.calls': { timed_out: 1 },
        errors: { 'fallback TaskCancelledError': 1 },
      });
    });
  },
);
