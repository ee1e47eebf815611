import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerOf, deferred, later, moved, turn } from '../instrumentation/support.ts';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { policiesOver } from './support.ts';

const down = () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }));

describe.each(majors)('a call that its caller calls off, over cockatiel $major', ({ major }) => {
  let sdk: TestSdk;
  let createPolicy: Awaited<ReturnType<typeof policiesOver>>['createPolicy'];
  let caller: AbortController;
  const instrument = () => ({ instrument: { meterProvider: sdk.provider } });
  const reason = new Error('the user has left');

  beforeAll(async () => {
    ({ createPolicy } = await policiesOver(major));
  });
  beforeEach(() => {
    vi.useFakeTimers();
    sdk = new TestSdk();
    caller = new AbortController();
  });
  afterAll(() => void vi.doUnmock('cockatiel'));
  afterEach(async () => {
    vi.useRealTimers();
    await sdk.provider.shutdown();
  });

  it('is answered at once while it waits for a retry, and is not made again', async () => {
    const policy = createPolicy('service', 'enterprise', instrument());
    const fn = vi.fn(down);
    const answer = answerOf(policy.execute(fn, caller.signal));
    await later(1000);
    caller.abort(reason);
    await turn();
    expect(await answer).toEqual({ error: reason });
    await vi.runAllTimersAsync();
    expect(fn).toHaveBeenCalledTimes(1);
    expect(await moved(sdk)).toMatchObject({
      executions: { cancelled: 1 },
      'circuit_breaker.calls': { ignored: 1 },
      'retry.calls': { aborted: 1 },
      errors: { 'retry ECONNREFUSED': 1 },
    });
  });

  it('is cancelled, and not rejected, where it waited for a slot of the bulkhead', async () => {
    const policy = createPolicy('service', 'default', {
      ...instrument(),
      bulkhead: { limit: 1, queue: 5 },
    });
    const slot = deferred();
    const first = policy.execute(() => slot.promise);
    const fn = vi.fn();
    const answer = answerOf(policy.execute(fn, caller.signal));
    await turn();
    caller.abort(reason);
    expect(await answer).toEqual({ error: reason });
    slot.resolve(undefined);
    await first;
    await vi.runAllTimersAsync();
    expect(fn).not.toHaveBeenCalled();
    expect(await moved(sdk)).toMatchObject({ executions: { success: 1, cancelled: 1 } });
  });

  it('leaves no failure behind, whatever the filter takes for one', async () => {
    const policy = createPolicy('service', 'enterprise', { ...instrument(), handle: () => true });
    const answer = answerOf(policy.execute(down, caller.signal));
    const slot = deferred();
    const second = policy.execute(() => slot.promise);
    await later(1000);
    caller.abort(reason);
    await answer;
    await later(2000);
    slot.resolve(undefined);
    await second;
    expect(await moved(sdk)).toMatchObject({ errors: { 'retry ECONNREFUSED': 1 } });
    expect((await moved(sdk))['errors']).not.toHaveProperty(['retry Error']);
  });

  it('is not made at all where it was aborted before', async () => {
    const policy = createPolicy('service', 'enterprise', instrument());
    const fn = vi.fn(down);
    caller.abort(reason);
    expect(await answerOf(policy.execute(fn, caller.signal))).toEqual({ error: reason });
    expect(fn).not.toHaveBeenCalled();
  });

  it('is answered at once by the reason, not by a timeout, when it was running', async () => {
    const policy = createPolicy('service', 'enterprise', instrument());
    const answer = answerOf(policy.execute(() => new Promise(() => {}), caller.signal));
    await later(1000);
    caller.abort(reason);
    await turn();
    expect(await answer).toEqual({ error: reason });
    expect(await moved(sdk)).toMatchObject({
      executions: { cancelled: 1 },
      'retry.calls': { aborted: 1 },
      'timeout.calls': { cancelled: 1 },
    });
  });

  it('is neither made again nor counted when it was running', async () => {
    const policy = createPolicy('service', 'enterprise', instrument());
    for (let call = 0; call < 10; call++) {
      const own = new AbortController();
      const fn = vi.fn(({ signal }: { signal: AbortSignal }) => {
        // By the same error that an abort by a timeout gives.
        own.abort();
        signal.throwIfAborted();
      });
      expect(await answerOf(policy.execute(fn, own.signal))).toHaveProperty('error');
      await vi.runAllTimersAsync();
      expect(fn).toHaveBeenCalledTimes(1);
    }
    expect(policy.circuitBreaker?.state).toBe(0);
  });

  it('is answered at once while it waits for the test of a circuit', async () => {
    const policy = createPolicy('service', 'default', {
      ...instrument(),
      retry: false,
      circuitBreaker: { consecutiveFailures: 1 },
    });
    await answerOf(policy.execute(down));
    await later(60_000);
    const test = deferred<string>();
    const tested = policy.execute(() => test.promise);
    const fn = vi.fn();
    const waiting = answerOf(policy.execute(fn, caller.signal));
    await turn();
    caller.abort(reason);
    expect(await waiting).toEqual({ error: reason });
    test.resolve('up');
    expect(await tested).toBe('up');
    await vi.runAllTimersAsync();
    expect(fn).not.toHaveBeenCalled();
  });

  it('is answered at once where it runs after it has waited for the test of a circuit', async () => {
    const policy = createPolicy('service', 'default', {
      ...instrument(),
      retry: false,
      circuitBreaker: { consecutiveFailures: 1 },
    });
    await answerOf(policy.execute(down));
    await later(60_000);
    const test = deferred<string>();
    const tested = policy.execute(() => test.promise);
    const fn = vi.fn((_: { signal: AbortSignal }) => new Promise(() => {}));
    const waiting = answerOf(policy.execute(fn, caller.signal));
    test.resolve('up');
    await tested;
    await turn();
    caller.abort(reason);
    await turn();
    expect(await waiting).toEqual({ error: reason });
    expect(fn.mock.calls.map(([{ signal }]) => signal.aborted)).toEqual([true]);
  });

  it('neither closes nor keeps open the circuit that it was to test', async () => {
    const policy = createPolicy('service', 'auth', {
      ...instrument(),
      retry: false,
      circuitBreaker: { consecutiveFailures: 1 },
    });
    await answerOf(policy.execute(down));
    await later(30_000);
    const tested = answerOf(
      policy.execute(
        ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        caller.signal,
      ),
    );
    await turn();
    caller.abort(reason);
    expect(await tested).toHaveProperty('error');
    expect(policy.circuitBreaker?.state).toBe(1);
    // The very next call is the next test, and the wait after it is as if there had been one test.
    await answerOf(policy.execute(down));
    await later(59_999);
    expect(await answerOf(policy.execute(() => 'up'))).toMatchObject({
      error: { isBrokenCircuitError: true },
    });
    await later(1);
    expect(await policy.execute(() => 'up')).toBe('up');
    expect(policy.circuitBreaker?.state).toBe(0);
  });

  it('is answered at once while it waits for a slot', async () => {
    const policy = createPolicy('service', 'default', {
      ...instrument(),
      bulkhead: { limit: 1, queue: 1 },
    });
    const slot = deferred<string>();
    const first = policy.execute(() => slot.promise);
    const fn = vi.fn();
    const waiting = answerOf(policy.execute(fn, caller.signal));
    await turn();
    caller.abort(reason);
    expect(await waiting).toEqual({ error: reason });
    slot.resolve('done');
    await first;
    await vi.runAllTimersAsync();
    expect(fn).not.toHaveBeenCalled();
  });

  it('frees its place in the queue', async () => {
    const policy = createPolicy('service', 'default', {
      ...instrument(),
      bulkhead: { limit: 1, queue: 4 },
    });
    const slot = deferred<string>();
    const first = policy.execute(() => slot.promise);
    const fn = vi.fn();
    const waiting = [1, 2].map(() => answerOf(policy.execute(fn, caller.signal)));
    const behind = ['third', 'fourth'].map((item) => answerOf(policy.execute(() => item)));
    await turn();
    caller.abort(reason);
    slot.resolve('done');
    await first;
    await turn();
    expect(await Promise.all(waiting)).toEqual([{ error: reason }, { error: reason }]);
    const answers = Promise.race([
      Promise.all(behind),
      later(1000).then(() => 'nobody let them in'),
    ]);
    expect(await answers).toEqual([{ value: 'third' }, { value: 'fourth' }]);
    expect(fn).not.toHaveBeenCalled();
    expect(policy.bulkhead).toMatchObject({ executionSlots: 1, queueSlots: 4 });
    expect(await moved(sdk)).toMatchObject({
      'timeout.calls': { completed: 3 },
      'bulkhead.calls': { accepted: 3, cancelled: 2 },
    });
  });

  it('leaves one listener at most on a signal that many calls share', async () => {
    const add = vi.spyOn(caller.signal, 'addEventListener');
    const policy = createPolicy('service', 'default', instrument());
    const calls = Array.from({ length: 30 }, () =>
      answerOf(policy.execute(() => new Promise(() => {}), caller.signal)),
    );
    await turn();
    caller.abort(reason);
    for (const answer of await Promise.all(calls)) expect(answer).toHaveProperty('error');
    expect(add.mock.calls.length).toBe(1);
  });

  it('runs a queued function in the async context of its own caller', async () => {
    const storage = new AsyncLocalStorage<string>();
    const policy = createPolicy('service', 'default', {
      ...instrument(),
      bulkhead: { limit: 1, queue: 1 },
    });
    const slot = deferred();
    const first = storage.run('first', () => policy.execute(() => slot.promise));
    const second = storage.run('second', () => policy.execute(() => storage.getStore()));
    slot.resolve(undefined);
    await first;
    expect(await second).toBe('second');
    // Counted once each, although the bulkhead enters itself again with what has waited.
    expect(await moved(sdk)).toMatchObject({
      executions: { success: 2 },
      'bulkhead.calls': { accepted: 2 },
    });
  });
});
