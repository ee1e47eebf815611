import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Down, later, moved, NAME, settled } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major, short calls', ({ cockatiel }) => {
  const { ConsecutiveBreaker, handleAll, retry, timeout, wrap } = cockatiel;
  const { Aggressive, Cooperative } = cockatiel.TimeoutStrategy;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const newBreaker = () =>
    cockatiel.circuitBreaker(handleAll, {
      halfOpenAfter: 1000,
      breaker: new ConsecutiveBreaker(9),
    });

  it('count once if a timeout inside reports an abort although the function succeeds', async () => {
    const stack = sdk.instrument(NAME, wrap(retry(handleAll, {}), timeout(10, Cooperative)));
    const result = settled(stack.execute(() => new Promise((resolve) => setTimeout(resolve, 20))));
    await later(30);
    await result;
    expect(await moved(sdk)).toMatchObject({
      executions: { success: 1 },
      'retry.calls': { success_without_retry: 1 },
      'timeout.calls': { timed_out: 1 },
    });
  });

  it('count the calls of a stack whose function throws synchronously', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(newBreaker(), timeout(10, Cooperative), retry(handleAll, { maxAttempts: 0 })),
    );
    await settled(
      stack.execute(() => {
        throw new Down();
      }),
    );
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 1 },
      'circuit_breaker.calls': { failure: 1 },
      'timeout.calls': { completed: 1 },
      'retry.calls': { exhausted: 1 },
    });
  });

  it('count a success whose listener throws as cockatiel treats it', async () => {
    const breaker = newBreaker();
    const stack = sdk.instrument(NAME, wrap(breaker, timeout(10, Aggressive)));
    const listener = breaker.onSuccess(() => {
      throw new Down();
    });
    await settled(stack.execute(() => 'fine'));
    listener.dispose();
    await settled(stack.execute(() => 'fine'));
    expect(await moved(sdk)).toMatchObject({
      executions: { success: 1, failure: 1 },
      'circuit_breaker.calls': { success: 1, failure: 1 },
    });
  });
});
