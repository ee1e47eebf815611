import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../../support/cockatiel.ts';
import { TestSdk } from '../../support/metrics.ts';
import { Down, Invalid, later, levels, moved, NAME, settled } from '../support.ts';
import { failing, policiesOf, sleep } from './policies.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major in situations of resilience4j', ({ major, cockatiel }) => {
  const { bulkhead, ConsecutiveBreaker, handleAll, handleType, retry, wrap } = cockatiel;
  const { breakerOf, timeout } = policiesOf(cockatiel);
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  it('retry: the four kinds of calls that its metrics tell apart', async () => {
    const policy = sdk.instrument(NAME, retry(handleType(Down), { maxAttempts: 2 }));
    await settled(policy.execute(failing(0)));
    await settled(policy.execute(failing(1)));
    await settled(policy.execute(failing(9)));
    await settled(policy.execute(failing(9, () => new Invalid())));
    expect(await moved(sdk)).toEqual({
      executions: { success: 2, failure: 1, not_handled: 1 },
      'retry.calls': {
        success_without_retry: 1,
        success_after_retry: 1,
        exhausted: 1,
        not_retryable: 1,
      },
      'retry.attempts': { 1: 2, 2: 1 },
      errors: { 'retry Down': 4 },
    });
  });

  it('time limiter: a success, a failure and a timeout', async () => {
    const policy = sdk.instrument(NAME, timeout(1000));
    await settled(policy.execute(failing(0)));
    await settled(policy.execute(failing(1)));
    await settled(policy.execute(() => sleep(2000)));
    expect(await moved(sdk)).toEqual({
      executions: { success: 1, failure: 1, timed_out: 1 },
      'timeout.calls': { completed: 2, timed_out: 1 },
    });
  });

  it('circuit breaker: opens when its ring buffer of five is full, by three failures', async () => {
    const policy = sdk.instrument(NAME, breakerOf({ threshold: 0.5, size: 5 }));
    for (const times of [1, 1, 1, 0]) await settled(policy.execute(failing(times)));
    expect(policy.state).toBe(cockatiel.CircuitState.Closed);
    await settled(policy.execute(failing(1)));
    for (let i = 0; i < 2; i++) await settled(policy.execute(failing(0)));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 4, success: 1, rejected: 2 },
      'circuit_breaker.calls': { failure: 4, success: 1, rejected: 2 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker Down': 4 },
    });
  });

  it('circuit breaker: four calls may test it, of which more than half must fail to open it', async () => {
    const policy = sdk.instrument(
      NAME,
      cockatiel.circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new ConsecutiveBreaker(3),
        halfOpenSampling: { calls: 4, threshold: 0.5 },
      }),
    );
    for (let i = 0; i < 3; i++) await settled(policy.execute(failing(1)));
    await later(1000);
    for (const times of [0, 1, 1, 1]) await settled(policy.execute(failing(times)));
    await settled(policy.execute(failing(0)));
    // 3.2 is closed by the first, and opened by three failures in a row.
    expect(await moved(sdk)).toEqual({
      executions: { failure: 6, success: 1, rejected: 1 },
      'circuit_breaker.calls': { failure: 6, success: 1, rejected: 1 },
      'circuit_breaker.transitions':
        major === 3
          ? { 'closed open': 2, 'open half_open': 1, 'half_open closed': 1 }
          : { 'closed open': 1, 'open half_open': 1, 'half_open open': 1 },
      errors: { 'circuit_breaker Down': 6 },
    });
  });

  it('circuit breaker: errors that it ignores are none of its numbers', async () => {
    const policy = sdk.instrument(
      NAME,
      breakerOf({ threshold: 0.5, size: 2 }, 1000, handleType(Down)),
    );
    for (let i = 0; i < 5; i++) await settled(policy.execute(failing(1, () => new Invalid())));
    expect(await levels(sdk)).toEqual({ 'circuit_breaker.state': { closed: 1 } });
    expect(await moved(sdk)).toEqual({
      executions: { not_handled: 5 },
      'circuit_breaker.calls': { ignored: 5 },
    });
  });

  it('circuit breaker around retry around bulkhead around timeout, one dependency that is slow', async () => {
    const policy = sdk.instrument(
      NAME,
      wrap(breakerOf(2), retry(handleAll, { maxAttempts: 2 }), bulkhead(1), timeout(100)),
    );
    for (let i = 0; i < 3; i++) await settled(policy.execute(() => sleep(500)));
    expect(await moved(sdk)).toEqual({
      executions: { timed_out: 2, rejected: 1 },
      'circuit_breaker.calls': { failure: 2, rejected: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      'retry.calls': { exhausted: 2 },
      'retry.attempts': { 1: 2, 2: 2 },
      'bulkhead.calls': { accepted: 6 },
      'timeout.calls': { timed_out: 6 },
      errors: { 'circuit_breaker TaskCancelledError': 2, 'retry TaskCancelledError': 6 },
    });
  });
});
