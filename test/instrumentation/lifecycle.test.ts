import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { snapshot, uninstrument } from '../../src/index.ts';
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

const breakerOf = ({ circuitBreaker, ConsecutiveBreaker, handleAll }: Cockatiel) =>
  circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(1) });

const stackOf = (cockatiel: Cockatiel) =>
  cockatiel.wrap(
    cockatiel.fallback(cockatiel.handleAll, 'instead'),
    cockatiel.retry(cockatiel.handleAll, { maxAttempts: 1 }),
    breakerOf(cockatiel),
    cockatiel.bulkhead(1, 1),
    cockatiel.timeout(100, cockatiel.TimeoutStrategy.Aggressive),
  );

describe.each(majors)(
  'cockatiel $major, life of an instrumented policy',
  ({ major, cockatiel }) => {
    const { bulkhead, handleAll, noop, retry, wrap } = cockatiel;
    const { Aggressive } = cockatiel.TimeoutStrategy;
    let sdk: TestSdk;
    beforeEach(() => {
      vi.useFakeTimers();
      sdk = new TestSdk();
    });
    afterEach(() => void vi.useRealTimers());

    describe('instrument', () => {
      it('keeps the first name when it is called again', async () => {
        const policy = retry(handleAll, {});
        expect(sdk.instrument('first', policy)).toBe(policy);
        expect(sdk.instrument('second', policy)).toBe(policy);
        await policy.execute(() => 'fine');
        expect(await moved(sdk, 'first')).toMatchObject({ executions: { success: 1 } });
        expect(await moved(sdk, 'second')).toEqual({});
      });

      it('does not count calls that began before, which end as they would have', async () => {
        const stack = stackOf(cockatiel);
        const { promise, reject } = deferred();
        const before = answerOf(stack.execute(() => promise));
        sdk.instrument(NAME, stack);
        reject(new Down());
        await vi.runAllTimersAsync();
        expect(await before).toEqual({ value: 'instead' });
        expect(await moved(sdk)).not.toHaveProperty('executions');
        expect(await moved(sdk)).not.toHaveProperty(['fallback.calls']);
        expect(await moved(sdk)).not.toHaveProperty(['timeout.calls']);
        expect(await levels(sdk)).not.toHaveProperty('execution.active');
      });

      it('shows slots and places of a bulkhead that are taken already', async () => {
        const policy = bulkhead(2, 2);
        for (let i = 0; i < 3; i++) void policy.execute(() => new Promise(() => {}));
        sdk.instrument(NAME, policy);
        expect(await levels(sdk)).toEqual({
          'bulkhead.active': 2,
          'bulkhead.queued': 1,
          'bulkhead.limit': 2,
          'bulkhead.queue.limit': 2,
        });
      });

      it('counts a call that was in a queue before when it is let in', async () => {
        const policy = bulkhead(1, 1);
        const running = deferred();
        const calls = [policy.execute(() => running.promise), policy.execute(() => 'queued')];
        sdk.instrument(NAME, policy);
        running.resolve(undefined);
        expect(await Promise.all(calls)).toEqual([undefined, 'queued']);
        // The bulkhead enters execute with it, as with a call that comes now.
        expect(await moved(sdk)).toEqual({
          executions: { success: 1 },
          'bulkhead.calls': { accepted: 1 },
        });
        expect(await durations(sdk, 'resilience.bulkhead.wait.duration')).toMatchObject({
          count: 0,
        });
      });

      it('does not take a test call of before for one of its own', async () => {
        const breaker = breakerOf(cockatiel);
        await settled(breaker.execute(fails(new Down())));
        await later(1000);
        const test = deferred();
        const before = answerOf(breaker.execute(() => test.promise));
        sdk.instrument(NAME, breaker);
        const waiting = breaker.execute(() => 'waited');
        test.resolve('fine');
        expect(await before).toEqual({ value: 'fine' });
        expect(await waiting).toBe('waited');
        expect(await moved(sdk)).toEqual({
          executions: { success: 1 },
          'circuit_breaker.calls': { success: 1 },
          'circuit_breaker.transitions': { 'half_open closed': 1 },
        });
      });
    });

    describe('uninstrument', () => {
      it('gives back each member of a stack as it was', async () => {
        const stack = stackOf(cockatiel);
        const { execute } = stack;
        const keys = stack.wrapped.map((member) => Reflect.ownKeys(member));
        const ownKeys = Reflect.ownKeys(stack);
        sdk.instrument(NAME, stack);
        uninstrument(stack);
        expect(stack.execute).toBe(execute);
        expect(Reflect.ownKeys(stack)).toEqual(ownKeys);
        expect(stack.wrapped.map((member) => Reflect.ownKeys(member))).toEqual(keys);
        expect(await stack.execute(() => 'fine')).toBe('fine');
        expect(await moved(sdk)).toEqual({});
      });

      it('takes off its own listeners, and no others', async () => {
        const breaker = breakerOf(cockatiel);
        const listener = vi.fn();
        breaker.onStateChange(listener);
        sdk.instrument(NAME, breaker);
        uninstrument(breaker);
        await settled(breaker.execute(fails(new Down())));
        expect(listener).toHaveBeenCalledTimes(1);
        expect(await moved(sdk)).toEqual({});
      });

      it('reports the counts there were, and a zero for whatever goes up and down', async () => {
        const stack = sdk.instrument('over', stackOf(cockatiel));
        const { promise, resolve } = deferred();
        await stack.execute(() => 'fine');
        const running = stack.execute(() => promise);
        expect(await levels(sdk, 'over')).toMatchObject({
          'execution.active': 1,
          'bulkhead.limit': 1,
        });
        uninstrument(stack);
        expect(await levels(sdk, 'over')).toEqual({});
        expect(await moved(sdk, 'over')).toMatchObject({ executions: { success: 1 } });
        resolve(undefined);
        await running;
        expect(snapshot().filter(({ name }) => name === 'over')).toEqual([]);
      });

      it('lets a policy be instrumented again, under another name or the same, whose counts go on', async () => {
        const policy = sdk.instrument('first', retry(handleAll, {}));
        await policy.execute(() => 'fine');
        uninstrument(policy);
        sdk.instrument('second', policy);
        await policy.execute(() => 'fine');
        uninstrument(policy);
        await sdk.collect();
        sdk.instrument('first', policy);
        await policy.execute(() => 'fine');
        expect(await moved(sdk, 'first')).toMatchObject({ executions: { success: 2 } });
        expect(await moved(sdk, 'second')).toMatchObject({ executions: { success: 1 } });
      });

      it('counts calls that have begun to their end', async () => {
        const stack = sdk.instrument(NAME, stackOf(cockatiel));
        const ending = deferred();
        const call = answerOf(stack.execute(() => ending.promise));
        uninstrument(stack);
        ending.reject(new Down());
        await vi.runAllTimersAsync();
        expect(await call).toEqual({ value: 'instead' });
        const [again] = [sdk.instrument(NAME, stackOf(cockatiel))];
        expect(again).toBeDefined();
        expect(await moved(sdk)).toEqual({
          executions: { fallback: 1 },
          'fallback.calls': { 'used value': 1 },
          'retry.calls': { exhausted: 1 },
          'retry.attempts': { 1: 1 },
          'circuit_breaker.calls': { failure: 1 },
          'circuit_breaker.transitions': { 'closed open': 1 },
          'bulkhead.calls': { accepted: 1 },
          'timeout.calls': { completed: 1 },
          errors: {
            'circuit_breaker Down': 1,
            'retry Down': 1,
            'retry BrokenCircuitError': 1,
            'fallback BrokenCircuitError': 1,
          },
        });
      });

      it('counts a call that has begun and is then timed out', async () => {
        const policy = sdk.instrument(NAME, cockatiel.timeout(100, Aggressive));
        const call = answerOf(policy.execute(() => new Promise(() => {})));
        uninstrument(policy);
        await later(100);
        await call;
        sdk.instrument(NAME, policy);
        expect(await moved(sdk)).toEqual({
          executions: { timed_out: 1 },
          'timeout.calls': { timed_out: 1 },
        });
      });

      it('counts a call that was in the queue when it is let in, once', async () => {
        const policy = sdk.instrument(NAME, bulkhead(1, 1));
        const running = deferred();
        const calls = [policy.execute(() => running.promise), policy.execute(() => 'queued')];
        uninstrument(policy);
        running.resolve(undefined);
        expect(await Promise.all(calls)).toEqual([undefined, 'queued']);
        await policy.execute(() => 'uncounted');
        sdk.instrument(NAME, policy);
        expect(await moved(sdk)).toEqual({
          executions: { success: 2 },
          'bulkhead.calls': { accepted: 2 },
        });
      });

      it('stops listening when the last call it has to count is answered', async () => {
        const policy = sdk.instrument(NAME, retry(handleAll, { maxAttempts: 1 }));
        const { promise, reject } = deferred();
        const call = answerOf(policy.execute(() => promise));
        uninstrument(policy);
        reject(new Down());
        await vi.runAllTimersAsync();
        await call;
        await settled(policy.execute(fails(new Down())));
        sdk.instrument(NAME, policy);
        expect(await moved(sdk)).toEqual({
          executions: { failure: 1 },
          'retry.calls': { exhausted: 1 },
          'retry.attempts': { 1: 1 },
          errors: { 'retry Down': 2 },
        });
        uninstrument(policy);
        const { onRetryEmitter } = policy as unknown as { onRetryEmitter: { size: number } };
        expect(onRetryEmitter.size).toBe(0);
      });

      it('of a stack leaves alone a member that was instrumented anew under its own name', async () => {
        const breaker = breakerOf(cockatiel);
        const stack = sdk.instrument('stack', wrap(retry(handleAll, {}), breaker));
        uninstrument(breaker);
        sdk.instrument('breaker', breaker);
        uninstrument(stack);
        await breaker.execute(() => 'fine');
        expect(await moved(sdk, 'breaker')).toMatchObject({ executions: { success: 1 } });
        expect(await levels(sdk, 'breaker')).toEqual({ 'circuit_breaker.state': { closed: 1 } });
        uninstrument(breaker);
        expect(Object.hasOwn(breaker, 'execute')).toBe(false);
      });

      it('of a stack leaves alone a member that had a name before', async () => {
        const breaker = sdk.instrument('breaker', breakerOf(cockatiel));
        const stack = sdk.instrument('stack', wrap(retry(handleAll, {}), breaker));
        uninstrument(stack);
        await stack.execute(() => 'fine');
        expect(await moved(sdk, 'breaker')).toMatchObject({ executions: { success: 1 } });
        expect(await moved(sdk, 'stack')).toEqual({});
      });

      it('leaves in place what somebody has put around it since', async () => {
        const policy = sdk.instrument(NAME, retry(handleAll, {}));
        const ours = policy.execute;
        const around = vi.fn(ours);
        policy.execute = around as typeof ours;
        uninstrument(policy);
        expect(policy.execute).toBe(around);
        expect(await policy.execute(() => 'fine')).toBe('fine');
      });

      it('may be called twice', async () => {
        const first = sdk.instrument('twice', retry(handleAll, {}));
        const second = sdk.instrument('twice', retry(handleAll, {}));
        uninstrument(first);
        uninstrument(first);
        const policies = () => snapshot().find(({ name }) => name === 'twice')?.policies;
        expect(policies()).toBe(1);
        uninstrument(second);
        expect(policies()).toBe(undefined);
      });

      it('gives back the one noop of a copy', async () => {
        sdk.instrument(NAME, noop);
        await noop.execute(() => 'fine');
        uninstrument(noop);
        expect(Object.hasOwn(noop, 'execute')).toBe(false);
        await noop.execute(() => 'uncounted');
        sdk.instrument(NAME, noop);
        expect(await moved(sdk)).toEqual({ executions: { success: 1 } });
        uninstrument(noop);
      });
    });

    describe('a copy', () => {
      it('of a stack by spreading counts, and is known to be instrumented', async () => {
        const stack = sdk.instrument(NAME, stackOf(cockatiel));
        const copy = { ...stack };
        expect(sdk.instrument('copy', copy)).toBe(copy);
        expect(await copy.execute(() => 'fine')).toBe('fine');
        expect(await moved(sdk)).toMatchObject({
          executions: { success: 1 },
          'timeout.calls': { completed: 1 },
        });
        expect(await moved(sdk, 'copy')).toEqual({});
      });

      it('of a single policy by spreading has no execute, as ever', () => {
        const copy: Record<string, unknown> = { ...sdk.instrument(NAME, breakerOf(cockatiel)) };
        expect(copy['execute']).toBe(undefined);
      });

      it('made before shares members that count, and does not count executions', async () => {
        const stack = stackOf(cockatiel);
        const copy = { ...stack };
        sdk.instrument(NAME, stack);
        await copy.execute(() => 'fine');
        expect(await moved(sdk)).toEqual({
          'fallback.calls': { 'not_used value': 1 },
          'retry.calls': { success_without_retry: 1 },
          'circuit_breaker.calls': { success: 1 },
          'bulkhead.calls': { accepted: 1 },
          'timeout.calls': { completed: 1 },
        });
      });

      it('shows the same keys when it is listed or printed', () => {
        const [bare, policy] = [breakerOf(cockatiel), sdk.instrument(NAME, breakerOf(cockatiel))];
        expect(Object.keys(policy)).toEqual(Object.keys(bare));
        const [bareStack, stack] = [stackOf(cockatiel), sdk.instrument(NAME, stackOf(cockatiel))];
        expect(Object.keys(stack)).toEqual(Object.keys(bareStack));
        expect(JSON.stringify(policy)).toBe(JSON.stringify(bare));
      });
    });

    it('freezes an instrumented policy with no harm but its own', async () => {
      const breaker = Object.freeze(sdk.instrument(NAME, retry(handleAll, { maxAttempts: 1 })));
      await settled(breaker.execute(fails(new Down())));
      expect(await moved(sdk)).toMatchObject({ 'retry.calls': { exhausted: 1 } });
    });

    it('shows in the snapshot what is instrumented, with states and counts', async () => {
      const stack = sdk.instrument('shown', stackOf(cockatiel), { attributes: { major } });
      await settled(stack.execute(fails(new Down())));
      const shown = snapshot().filter(({ attributes }) => attributes['major'] === major);
      expect(shown).toHaveLength(1);
      expect(shown[0]).toMatchObject({
        name: 'shown',
        policies: 6,
        executions: {
          success: 0,
          fallback: 1,
          failure: 0,
          rejected: 0,
          timed_out: 0,
          cancelled: 0,
          not_handled: 0,
        },
        circuitBreaker: {
          state: { closed: 0, open: 1, half_open: 0, isolated: 0 },
          transitions: { 'closed>open': 1, 'open>half_open': 0 },
          calls: { success: 0, failure: 1, ignored: 0, rejected: 1, cancelled: 0 },
        },
        retry: { calls: { exhausted: 1 }, attempts: { 1: 1 } },
        timeout: { calls: { completed: 1, timed_out: 0, cancelled: 0 }, limit: 0.1 },
        bulkhead: { calls: { accepted: 1 }, active: 0, queued: 0, limit: 1, queueLimit: 1 },
        fallback: { calls: { not_used: 0, used: 1, failed: 0 } },
        errors: { 'circuit_breaker:Down': 1, 'retry:BrokenCircuitError': 1 },
        telemetryErrors: 0,
      });
      uninstrument(stack);
    });
  },
);

describe.each(majors)('cockatiel $major, policies that are dropped', ({ cockatiel }) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');

  it('are collected, and take their states and limits with them, but not their counts', async () => {
    const sdk = new TestSdk();
    const retained = sdk.instrument('dropped', cockatiel.bulkhead(1));
    // In a function of its own, whose frame holds the last of them no longer than the others.
    const use = async () => {
      const stack = sdk.instrument('dropped', stackOf(cockatiel));
      await stack.execute(() => 'fine');
      return [new WeakRef<object>(stack), ...stack.wrapped.map((item) => new WeakRef(item))];
    };
    const dropped: WeakRef<object>[] = [];
    for (let i = 0; i < 50; i++) dropped.push(...(await use()));
    expect(await levels(sdk, 'dropped')).toEqual({
      'circuit_breaker.state': { closed: 50 },
      'bulkhead.limit': 51,
      'bulkhead.queue.limit': 50,
    });
    await vi.waitFor(async () => {
      collectGarbage();
      expect(dropped.filter((item) => item.deref() !== undefined)).toHaveLength(0);
      expect(await levels(sdk, 'dropped')).toEqual({ 'bulkhead.limit': 1 });
    });
    await retained.execute(() => 'fine');
    expect(await moved(sdk, 'dropped')).toMatchObject({
      executions: { success: 51 },
      'circuit_breaker.calls': { success: 50 },
    });
    await vi.waitFor(() =>
      expect(snapshot().find(({ name }) => name === 'dropped')?.policies).toBe(1),
    );
    uninstrument(retained);
  });

  it('keep no function of a call that they did not let run', async () => {
    const sdk = new TestSdk();
    const breaker = sdk.instrument('kept', breakerOf(cockatiel));
    breaker.isolate();
    const policies = [breaker, sdk.instrument('kept', cockatiel.bulkhead(0))];
    const reject = (policy: { execute(fn: () => void): Promise<unknown> }) => {
      const fn = () => {};
      return { answer: answerOf(policy.execute(fn)), dropped: new WeakRef(fn) };
    };
    const calls = policies.map(reject);
    for (const { answer } of calls) expect(await answer).toHaveProperty('error');
    await vi.waitFor(() => {
      collectGarbage();
      expect(calls.filter(({ dropped }) => dropped.deref() !== undefined)).toHaveLength(0);
    });
    for (const policy of policies) uninstrument(policy);
  });

  it('are kept by a call no longer than it runs', async () => {
    const sdk = new TestSdk();
    const { promise, resolve } = deferred();
    const start = () => {
      const policy = sdk.instrument('dropped', stackOf(cockatiel));
      return { call: policy.execute(() => promise), dropped: new WeakRef(policy) };
    };
    const { call, dropped } = start();
    resolve('fine');
    expect(await call).toBe('fine');
    await vi.waitFor(() => {
      collectGarbage();
      expect(dropped.deref() === undefined).toBe(true);
    });
  });
});
