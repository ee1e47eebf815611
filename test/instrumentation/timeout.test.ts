import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { uninstrument } from '../../src/index.ts';
import { majors } from '../support/cockatiel.ts';
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
  turn,
} from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe.each(majors)('cockatiel $major, timeout', ({ major, cockatiel }) => {
  const { handleAll, retry, TaskCancelledError, TimeoutStrategy, timeout, wrap } = cockatiel;
  const { Aggressive, Cooperative } = TimeoutStrategy;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const timeoutOf = (ms: number, strategy = Aggressive) =>
    sdk.instrument(NAME, timeout(ms, strategy));

  it('counts a call that settled in time, whether it succeeded or failed', async () => {
    const policy = timeoutOf(100);
    await settled(policy.execute(() => 'at once'));
    await settled(policy.execute(() => sleep(99)));
    await settled(policy.execute(fails(new Down())));
    await settled(policy.execute(() => Promise.reject(new Down())));
    expect(await moved(sdk)).toEqual({
      executions: { success: 2, failure: 2 },
      'timeout.calls': { completed: 4 },
    });
  });

  it('counts a call that an aggressive timeout cut off', async () => {
    const policy = timeoutOf(100);
    const answer = await settled(policy.execute(() => new Promise(() => {})));
    expect(answer).toEqual({ error: new TaskCancelledError('Operation timed out after 100ms') });
    expect(await moved(sdk)).toEqual({
      executions: { timed_out: 1 },
      'timeout.calls': { timed_out: 1 },
    });
  });

  it('counts a cooperative overrun as timed out, also where the function succeeds in the end', async () => {
    const policy = timeoutOf(100, Cooperative);
    const events: string[] = [];
    policy.onTimeout(() => events.push('timeout'));
    policy.onSuccess(() => events.push('success'));
    expect(await settled(policy.execute(() => sleep(150).then(() => 'late')))).toEqual({
      value: 'late',
    });
    expect(events).toEqual(['timeout', 'success']);
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'timeout.calls': { timed_out: 1 },
    });
  });

  it("counts a cooperative overrun that ends with the function's own error", async () => {
    const policy = timeoutOf(100, Cooperative);
    const answer = await settled(
      policy.execute(({ signal }) => sleep(150).then(() => signal.throwIfAborted())),
    );
    expect(answer).toEqual({ error: expect.objectContaining({ name: 'AbortError' }) });
    expect(await moved(sdk)).toEqual({
      executions: { timed_out: 1 },
      'timeout.calls': { timed_out: 1 },
    });
  });

  it('does not take a TaskCancelledError of somebody else for its own', async () => {
    const policy = timeoutOf(100);
    await settled(policy.execute(fails(new TaskCancelledError('Operation timed out after 100ms'))));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'timeout.calls': { completed: 1 },
    });
  });

  it('does not take time for a timeout: a function that blocks is never timed out', async () => {
    const policy = timeoutOf(100);
    await later(1);
    await settled(
      policy.execute(() => {
        // The clock goes on, and no timer fires: as when a function blocks.
        vi.setSystemTime(Date.now() + 500);
        return 'done';
      }),
    );
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'timeout.calls': { completed: 1 },
    });
  });

  it('calls a call cancelled whose caller aborted, though the policy says it timed out', async () => {
    const policy = timeoutOf(100);
    const onTimeout = vi.fn();
    policy.onTimeout(onTimeout);
    const caller = new AbortController();
    const answer = answerOf(policy.execute(() => new Promise(() => {}), caller.signal));
    await later(50);
    caller.abort();
    expect(await answer).toEqual({
      error: new TaskCancelledError('Operation timed out after 100ms'),
    });
    expect(onTimeout).toHaveBeenCalledTimes(1);
    expect(await moved(sdk)).toEqual({
      executions: { cancelled: 1 },
      'timeout.calls': { cancelled: 1 },
    });
  });

  it('calls a call cancelled that was aborted before it began, and still ran', async () => {
    const policy = timeoutOf(100, Cooperative);
    const events: string[] = [];
    policy.onTimeout(() => events.push('timeout'));
    await policy.execute(() => void events.push('function'), AbortSignal.abort());
    expect(events).toEqual(['timeout', 'function']);
    await settled(policy.execute(fails(new Down()), AbortSignal.abort()));
    expect(await moved(sdk)).toEqual({
      executions: { success: 1, cancelled: 1 },
      'timeout.calls': { cancelled: 2 },
    });
  });

  it('keeps to completed where the signal is aborted because the function has returned', async () => {
    const policy = timeoutOf(100, Cooperative);
    let received: AbortSignal | undefined;
    await policy.execute(({ signal }) => {
      received = signal;
    });
    expect(received?.aborted).toBe(true);
    await later(200);
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'timeout.calls': { completed: 1 },
    });
  });

  it('counts one timeout in nested policies once, though both emit an event', async () => {
    const [outer, inner] = [timeout(100, Aggressive), timeout(1000, Aggressive)];
    const events: string[] = [];
    outer.onTimeout(() => events.push('outer'));
    inner.onTimeout(() => events.push('inner'));
    const stack = sdk.instrument(NAME, wrap(outer, inner));
    await settled(stack.execute(() => new Promise(() => {})));
    expect(events.sort()).toEqual(['inner', 'outer']);
    // To the inner one the outer one is its caller.
    expect(await moved(sdk)).toEqual({
      executions: { timed_out: 1 },
      'timeout.calls': { timed_out: 1, cancelled: 1 },
    });
  });

  it('counts the inner timeout where it is the shorter one', async () => {
    const stack = sdk.instrument(NAME, wrap(timeout(1000, Aggressive), timeout(100, Aggressive)));
    await settled(stack.execute(() => new Promise(() => {})));
    expect(await moved(sdk)).toEqual({
      executions: { timed_out: 1 },
      'timeout.calls': { timed_out: 1, completed: 1 },
    });
  });

  it('tells calls of one policy apart that run at the same time', async () => {
    const policy = timeoutOf(100);
    const caller = new AbortController();
    const never = () => new Promise(() => {});
    const calls = [
      policy.execute(never),
      policy.execute(() => sleep(50)),
      policy.execute(never, caller.signal),
      policy.execute(never),
    ].map(answerOf);
    await later(60);
    caller.abort();
    await later(100);
    await Promise.all(calls);
    expect(await moved(sdk)).toEqual({
      executions: { success: 1, cancelled: 1, timed_out: 2 },
      'timeout.calls': { completed: 1, cancelled: 1, timed_out: 2 },
    });
  });

  it('counts all calls that one caller aborts at once', async () => {
    const policy = timeoutOf(100);
    const caller = new AbortController();
    const calls = [1, 2, 3].map(() =>
      answerOf(policy.execute(() => new Promise(() => {}), caller.signal)),
    );
    caller.abort();
    await Promise.all(calls);
    expect(await moved(sdk)).toMatchObject({ 'timeout.calls': { cancelled: 3 } });
  });

  it.each([
    ['resolves just before the abort', 'completed', { value: 'won' }],
    ['resolves on the abort', 'timed_out', { value: 'won' }],
    ['rejects on the abort', 'timed_out', { error: new Down() }],
    ['rejects just before the abort', 'completed', { error: new Down() }],
  ] as const)(
    'lets a function win that %s, in the same turn, and counts it as %s',
    async (when, result, won) => {
      const policy = timeoutOf(100);
      const { promise, resolve, reject } = deferred();
      const settle = () => ('value' in won ? resolve(won.value) : reject(won.error));
      if (when.endsWith('just before the abort')) setTimeout(settle, 100);
      const answer = await settled(
        policy.execute(({ signal }) => {
          if (when.endsWith('on the abort')) signal.addEventListener('abort', settle);
          return promise;
        }),
      );
      expect(answer).toEqual(won);
      expect(await moved(sdk)).toMatchObject({ 'timeout.calls': { [result]: 1 } });
    },
  );

  it('fires after 1 ms where Node can not wait so long, and shows that as its limit', async () => {
    const forever = timeoutOf(Number.POSITIVE_INFINITY);
    const answer = answerOf(forever.execute(() => new Promise(() => {})));
    await later(1);
    expect(await answer).toEqual({ error: expect.any(TaskCancelledError) });
    expect(await sdk.value('resilience.timeout.limit')).toBe(0.001);
    expect(await moved(sdk)).toMatchObject({ 'timeout.calls': { timed_out: 1 } });
  });

  it('shows the longest limit of a name, of the timeouts that there are', async () => {
    const [, longest] = [timeoutOf(250), timeoutOf(1500), timeoutOf(30)];
    expect(await sdk.value('resilience.timeout.limit')).toBe(1.5);
    uninstrument(longest);
    expect(await sdk.value('resilience.timeout.limit')).toBe(0.25);
  });

  it('counts a call once whose function goes on for ever, and rejects late', async () => {
    const policy = timeoutOf(100);
    const late = deferred();
    await settled(policy.execute(() => late.promise));
    late.reject(new Down());
    await turn();
    expect(await moved(sdk)).toEqual({
      executions: { timed_out: 1 },
      'timeout.calls': { timed_out: 1 },
    });
    expect(await levels(sdk)).toEqual({});
  });

  it('leaves the slot of a bulkhead inside taken by a function that goes on', async () => {
    const stack = sdk.instrument(NAME, wrap(timeout(100, Aggressive), cockatiel.bulkhead(1)));
    await settled(stack.execute(() => new Promise(() => {})));
    await settled(stack.execute(() => 'no slot'));
    expect(await levels(sdk)).toEqual({ 'bulkhead.active': 1, 'bulkhead.limit': 1 });
    expect(await moved(sdk)).toEqual({
      executions: { timed_out: 1, rejected: 1 },
      'timeout.calls': { timed_out: 1, completed: 1 },
      'bulkhead.calls': { accepted: 1, rejected: 1 },
    });
  });

  it('counts attempts of a retry outside one by one, and the outcome by the last', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(retry(handleAll, { maxAttempts: 1 }), timeout(100, Aggressive)),
    );
    let calls = 0;
    const answer = await settled(
      stack.execute(() => {
        if (++calls === 1) return new Promise(() => {});
        throw new Down();
      }),
    );
    expect(answer).toEqual({ error: new Down() });
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'retry.calls': { exhausted: 1 },
      'retry.attempts': { 1: 1 },
      'timeout.calls': { timed_out: 1, completed: 1 },
      errors: { 'retry TaskCancelledError': 1, 'retry Down': 1 },
    });
  });

  it('says nothing about the next attempt when an attempt that it gave up ends late', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(
        retry(handleAll, { maxAttempts: 1 }),
        timeout(100, Aggressive),
        timeout(50, Cooperative),
      ),
    );
    const [first, second] = [deferred(), deferred()];
    const attempts = [first, second];
    const answer = answerOf(stack.execute(() => attempts.shift()?.promise));
    await later(120);
    // The second attempt runs. Now the first one ends, of which the inner timeout had had enough.
    first.reject(new Down());
    await turn();
    second.reject(new Down());
    await answer;
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 1 },
      'timeout.calls': { timed_out: 2, completed: 2 },
    });
  });

  it('is told the reason of its caller in 4 only', async () => {
    const policy = timeoutOf(100, Cooperative);
    const caller = new AbortController();
    const mine = new Error('mine');
    let reason: unknown;
    const answer = answerOf(
      policy.execute(({ signal }) => {
        signal.addEventListener('abort', () => {
          reason = signal.reason;
        });
        return sleep(10);
      }, caller.signal),
    );
    caller.abort(mine);
    await later(10);
    await answer;
    expect(reason === mine).toBe(major === 4);
    expect(await moved(sdk)).toMatchObject({ 'timeout.calls': { cancelled: 1 } });
  });

  it('does not count the calls of the unreferenced copy, which shares its events of success', async () => {
    const policy = timeoutOf(100);
    const successes = vi.fn();
    policy.onSuccess(successes);
    const copy = policy.dangerouslyUnref();
    await copy.execute(() => 'fine');
    await settled(copy.execute(() => new Promise(() => {})));
    expect(successes).toHaveBeenCalledTimes(1);
    expect(await moved(sdk)).toEqual({});
  });

  it('measures its executions, also the first of all', async () => {
    const policy = timeoutOf(100);
    await settled(policy.execute(() => sleep(40)));
    await settled(policy.execute(() => new Promise(() => {})));
    expect(await durations(sdk, 'resilience.execution.duration')).toEqual({
      count: 2,
      seconds: 0.14,
    });
  });
});
