import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Cockatiel, majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import {
  answerOf,
  Down,
  deferred,
  durations,
  fails,
  later,
  levels,
  moved,
  NAME,
  settled,
} from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Executes {
  execute(fn: () => unknown, signal?: AbortSignal): PromiseLike<unknown>;
}

/** Of each kind one, which does nothing about a function that fails with what it does not handle. */
const POLICIES: Record<string, (cockatiel: Cockatiel) => Executes> = {
  retry: ({ handleType, retry }) => retry(handleType(TypeError), {}) as Executes,
  'circuit breaker': ({ circuitBreaker, ConsecutiveBreaker, handleAll }) =>
    circuitBreaker(handleAll, {
      halfOpenAfter: 1000,
      breaker: new ConsecutiveBreaker(9),
    }) as Executes,
  timeout: ({ timeout, TimeoutStrategy }) => timeout(1000, TimeoutStrategy.Aggressive) as Executes,
  bulkhead: ({ bulkhead }) => bulkhead(9) as Executes,
  fallback: ({ fallback, handleType }) => fallback(handleType(TypeError), 'instead') as Executes,
  noop: ({ noop }) => Reflect.construct(noop.constructor, []) as Executes,
  custom: () => ({ execute: async (fn) => fn() }),
  stack: ({ bulkhead, handleType, retry, wrap }) =>
    wrap(retry(handleType(TypeError), {}), bulkhead(9)) as Executes,
  'nested stack': ({ bulkhead, wrap }) => wrap(wrap(bulkhead(9))) as Executes,
};

describe.each(majors)('cockatiel $major, executions', ({ cockatiel }) => {
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const ANSWERED = { 'resilience.execution.result': 'answered' };
  const UNANSWERED = { 'resilience.execution.result': 'unanswered' };

  describe.each(Object.entries(POLICIES))('of a %s', (type, make) => {
    // Its filters do not handle the error of these tests.
    const FAILURE = ['retry', 'fallback', 'stack'].includes(type) ? 'not_handled' : 'failure';

    it('are active from their begin to their answer, and are timed from the one to the other', async () => {
      const policy = sdk.instrument(NAME, make(cockatiel));
      const [first, second] = [deferred(), deferred()];
      const calls = [answerOf(policy.execute(() => first.promise))];
      await later(30);
      calls.push(answerOf(policy.execute(() => second.promise)));
      expect(await levels(sdk)).toMatchObject({ 'execution.active': 2 });
      await later(20);
      first.resolve('fine');
      await calls[0];
      expect(await levels(sdk)).toMatchObject({ 'execution.active': 1 });
      await later(10);
      second.reject(new Down());
      await calls[1];
      expect(await levels(sdk)).not.toHaveProperty('execution.active');
      expect(await moved(sdk)).toMatchObject({ executions: { success: 1, [FAILURE]: 1 } });
      const duration = 'resilience.execution.duration';
      expect(await durations(sdk, duration, ANSWERED)).toEqual({ count: 1, seconds: 0.05 });
      expect(await durations(sdk, duration, UNANSWERED)).toEqual({ count: 1, seconds: 0.03 });
    });

    it('are counted where they throw at once', async () => {
      const policy = sdk.instrument(NAME, make(cockatiel));
      expect(await settled(policy.execute(fails(new Down())))).toEqual({ error: new Down() });
      expect(await moved(sdk)).toMatchObject({ executions: { [FAILURE]: 1 } });
      expect(await levels(sdk)).not.toHaveProperty('execution.active');
    });

    it('are cancelled where they fail and their caller has aborted', async () => {
      const policy = sdk.instrument(NAME, make(cockatiel));
      const caller = new AbortController();
      const { promise, reject } = deferred();
      const call = answerOf(policy.execute(() => promise, caller.signal));
      caller.abort();
      reject(new Down());
      await call;
      expect(await moved(sdk)).toMatchObject({ executions: { cancelled: 1 } });
    });
  });

  it('last through the wait for a slot, for a half-open circuit and for a fallback', async () => {
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const breaker = cockatiel.circuitBreaker(cockatiel.handleAll, {
      halfOpenAfter: 1000,
      breaker: new cockatiel.ConsecutiveBreaker(1),
    });
    await settled(breaker.execute(fails(new Down())));
    await later(1000);
    void breaker.execute(() => sleep(200));
    const queue = cockatiel.bulkhead(1, 1);
    const policy = sdk.instrument(
      NAME,
      cockatiel.wrap(
        cockatiel.fallback(cockatiel.handleAll, () => sleep(40)),
        breaker,
        queue,
      ),
    );
    void queue.execute(() => sleep(300));
    await settled(policy.execute(fails(new Down())));
    expect(await durations(sdk, 'resilience.execution.duration')).toEqual({
      count: 1,
      seconds: 0.34,
    });
    expect(await durations(sdk, 'resilience.bulkhead.wait.duration')).toEqual({
      count: 1,
      seconds: 0.1,
    });
  });
});
