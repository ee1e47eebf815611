import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../../support/cockatiel.ts';
import { TestSdk } from '../../support/metrics.ts';
import { answerOf, deferred, later, levels, moved, NAME, settled, turn } from '../support.ts';
import { failing, policiesOf, sleep } from './policies.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major in situations of Polly', ({ cockatiel }) => {
  const { bulkhead, handleAll, retry, wrap } = cockatiel;
  const { breakerOf, timeout } = policiesOf(cockatiel);
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  it('a circuit breaker for two failures inside a retry: one call opens it', async () => {
    const policy = sdk.instrument(NAME, wrap(retry(handleAll, { maxAttempts: 1 }), breakerOf(2)));
    await settled(policy.execute(failing(9)));
    expect(await moved(sdk)).toMatchObject({
      'circuit_breaker.calls': { failure: 2 },
      'circuit_breaker.transitions': { 'closed open': 1 },
    });
  });

  it('a retry inside a circuit breaker for two failures: one call is one failure', async () => {
    const policy = sdk.instrument(NAME, wrap(breakerOf(2), retry(handleAll, { maxAttempts: 1 })));
    await settled(policy.execute(failing(9)));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'circuit_breaker.calls': { failure: 1 },
      'retry.calls': { exhausted: 1 },
      'retry.attempts': { 1: 1 },
      errors: { 'circuit_breaker Down': 1, 'retry Down': 2 },
    });
  });

  it.each([
    { slots: 5, places: 0, calls: 3 },
    { slots: 3, places: 0, calls: 4 },
    { slots: 3, places: 1, calls: 5 },
    { slots: 5, places: 3, calls: 10 },
    { slots: 5, places: 5, calls: 16 },
    { slots: 10, places: 20, calls: 20 },
  ])('a bulkhead of $slots slots and $places places, given $calls calls', async (received) => {
    const policy = sdk.instrument(NAME, bulkhead(received.slots, received.places));
    const running = deferred();
    const calls = Array.from({ length: received.calls }, () =>
      answerOf(policy.execute(() => running.promise)),
    );
    await turn();
    const active = Math.min(received.calls, received.slots);
    const queued = Math.min(received.calls - active, received.places);
    const rejected = received.calls - active - queued;
    expect(await levels(sdk)).toEqual({
      'execution.active': active + queued,
      'bulkhead.active': active,
      ...(queued > 0 && { 'bulkhead.queued': queued }),
      'bulkhead.limit': received.slots,
      ...(received.places > 0 && { 'bulkhead.queue.limit': received.places }),
    });
    running.resolve(undefined);
    await Promise.all(calls);
    expect(await moved(sdk)).toEqual({
      executions: { success: active + queued, ...(rejected > 0 && { rejected }) },
      'bulkhead.calls': { accepted: active + queued, ...(rejected > 0 && { rejected }) },
    });
  });

  it('a queued call that is cancelled never runs', async () => {
    const policy = sdk.instrument(NAME, bulkhead(1, 1));
    const running = deferred();
    const caller = new AbortController();
    const first = policy.execute(() => running.promise);
    const fn = vi.fn();
    const queued = answerOf(policy.execute(fn, caller.signal));
    caller.abort();
    running.resolve(undefined);
    await Promise.all([first, queued]);
    expect(fn).not.toHaveBeenCalled();
    expect(await moved(sdk)).toEqual({
      executions: { success: 1, cancelled: 1 },
      'bulkhead.calls': { accepted: 1, cancelled: 1 },
    });
  });

  it('nested timeouts: the shorter one decides, inside', async () => {
    const policy = sdk.instrument(NAME, wrap(timeout(2000), timeout(1000)));
    await settled(policy.execute(() => sleep(3000)));
    expect(await moved(sdk)).toEqual({
      executions: { timed_out: 1 },
      'timeout.calls': { completed: 1, timed_out: 1 },
    });
  });

  it('nested timeouts: the shorter one decides, outside', async () => {
    const policy = sdk.instrument(NAME, wrap(timeout(1000), timeout(2000)));
    await settled(policy.execute(() => sleep(3000)));
    expect(await moved(sdk)).toEqual({
      executions: { timed_out: 1 },
      'timeout.calls': { cancelled: 1, timed_out: 1 },
    });
  });

  it('a retry is cancelled in its wait: it makes one attempt more, unlike theirs', async () => {
    const policy = sdk.instrument(
      NAME,
      retry(handleAll, { maxAttempts: 3, backoff: new cockatiel.ConstantBackoff(1000) }),
    );
    const caller = new AbortController();
    const fn = failing(9);
    const call = answerOf(policy.execute(fn, caller.signal));
    await later(500);
    caller.abort();
    await vi.runAllTimersAsync();
    await call;
    expect(fn).toHaveBeenCalledTimes(2);
    expect(await moved(sdk)).toEqual({
      executions: { cancelled: 1 },
      'retry.calls': { aborted: 1 },
      'retry.attempts': { 1: 1 },
      errors: { 'retry Down': 2 },
    });
  });

  it('a circuit lets only one call test it when several come at once', async () => {
    const policy = sdk.instrument(NAME, breakerOf(1));
    await settled(policy.execute(failing(1)));
    await later(1000);
    const fn = failing(1);
    const calls = [1, 2, 3, 4].map(() => answerOf(policy.execute(fn)));
    await Promise.all(calls);
    // Theirs rejects the other three at once; ours lets them wait, and rejects them then.
    expect(fn).toHaveBeenCalledTimes(1);
    expect(await moved(sdk)).toEqual({
      executions: { failure: 2, rejected: 3 },
      'circuit_breaker.calls': { failure: 2, rejected: 3 },
      'circuit_breaker.transitions': {
        'closed open': 1,
        'open half_open': 1,
        'half_open open': 1,
      },
      errors: { 'circuit_breaker Down': 2 },
    });
  });

  it('an isolated circuit stays so for as long as it is told, and is closed by hand', async () => {
    const policy = sdk.instrument(NAME, breakerOf(2));
    const handle = policy.isolate();
    await later(3_600_000);
    for (let i = 0; i < 2; i++) await settled(policy.execute(failing(0)));
    expect(await levels(sdk)).toEqual({ 'circuit_breaker.state': { isolated: 1 } });
    handle.dispose();
    await settled(policy.execute(failing(0)));
    expect(await moved(sdk)).toEqual({
      executions: { rejected: 2, success: 1 },
      'circuit_breaker.calls': { rejected: 2, success: 1 },
      'circuit_breaker.transitions': { 'closed isolated': 1, 'isolated closed': 1 },
    });
  });

  it('the failure threshold of a sampled circuit: opened by half of the calls failing', async () => {
    const policy = sdk.instrument(
      NAME,
      cockatiel.circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new cockatiel.SamplingBreaker({
          threshold: 0.49,
          duration: 10_000,
          minimumRps: 0.4,
        }),
      }),
    );
    for (const times of [0, 1, 0, 1]) await settled(policy.execute(failing(times)));
    await settled(policy.execute(failing(0)));
    expect(await moved(sdk)).toEqual({
      executions: { success: 2, failure: 2, rejected: 1 },
      'circuit_breaker.calls': { success: 2, failure: 2, rejected: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker Down': 2 },
    });
  });
});
