import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import {
  type Answer,
  Down,
  deferred,
  durations,
  fails,
  Invalid,
  later,
  levels,
  moved,
  NAME,
  settled,
  turn,
} from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a listener of the user's throws. */
const mine = new Invalid();
const throws = fails(mine);

/** Whether the listener was there before the policy was instrumented, and so hears first. */
const orders = ['before', 'after'] as const;

describe.each(majors)('cockatiel $major, a listener that throws', ({ major, cockatiel }) => {
  const { ConsecutiveBreaker, fallback, handleAll, retry, timeout } = cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const breakerOf = (threshold = 1) =>
    cockatiel.circuitBreaker(handleAll, {
      halfOpenAfter: 1000,
      breaker: new ConsecutiveBreaker(threshold),
    });

  /**
   * Plays a scene with a bare policy and with one that is instrumented before or after the scene
   * subscribes: both must answer the same.
   */
  async function plays<P extends { execute: unknown }>(
    order: (typeof orders)[number],
    make: () => P,
    subscribe: (policy: P) => void,
    scene: (policy: P) => Promise<Answer[]>,
  ): Promise<void> {
    const bare = make();
    subscribe(bare);
    const policy = make();
    if (order === 'before') subscribe(policy);
    sdk.instrument(NAME, policy);
    if (order === 'after') subscribe(policy);
    expect(await scene(policy)).toEqual(await scene(bare));
  }

  /** As a function may fail: at once, or by a promise. */
  const failures = [
    ['at once', fails(new Down())],
    ['by a promise', async () => Promise.reject(new Down())],
  ] as const;

  describe.each(orders)('%s instrument', (order) => {
    it('of success makes the success a failure: a retry retries it', async () => {
      await plays(
        order,
        () => retry(handleAll, { maxAttempts: 1 }),
        (policy) => policy.onSuccess(throws),
        async (policy) => [await settled(policy.execute(() => 'fine'))],
      );
      expect(await moved(sdk)).toEqual({
        executions: { failure: 1 },
        'retry.calls': { exhausted: 1 },
        'retry.attempts': { 1: 1 },
        errors: { 'retry Invalid': 2 },
      });
    });

    it('of success makes the success a failure: a circuit counts it', async () => {
      await plays(
        order,
        () => breakerOf(1),
        (policy) => policy.onSuccess(throws),
        async (policy) => [await settled(policy.execute(async () => 'fine'))],
      );
      expect(await moved(sdk)).toEqual({
        executions: { failure: 1 },
        'circuit_breaker.calls': { failure: 1 },
        'circuit_breaker.transitions': { 'closed open': 1 },
        errors: { 'circuit_breaker Invalid': 1 },
      });
    });

    it('of success makes the success a failure: a fallback answers', async () => {
      await plays(
        order,
        () => fallback(handleAll, 'instead'),
        (policy) => policy.onSuccess(throws),
        async (policy) => [await settled(policy.execute(() => 'fine'))],
      );
      expect(await moved(sdk)).toEqual({
        executions: { fallback: 1 },
        'fallback.calls': { 'used value': 1 },
        errors: { 'fallback Invalid': 1 },
      });
    });

    it('of success makes the success a failure: under a timeout it was in time', async () => {
      await plays(
        order,
        () => timeout(100, cockatiel.TimeoutStrategy.Aggressive),
        (policy) => policy.onSuccess(throws),
        async (policy) => [await settled(policy.execute(() => 'fine'))],
      );
      expect(await moved(sdk)).toEqual({
        executions: { failure: 1 },
        'timeout.calls': { completed: 1 },
      });
    });

    it.each(failures)(
      'of the opening hides the change from later ones, not from us (%s)',
      async (_, fn) => {
        const onStateChange = vi.fn();
        await plays(
          order,
          () => breakerOf(1),
          (policy) => {
            policy.onBreak(throws);
            policy.onStateChange(onStateChange);
          },
          async (policy) => [await settled(policy.execute(fn)), await settled(policy.execute(fn))],
        );
        expect(onStateChange).not.toHaveBeenCalled();
        // Seen at the end of the call, so that the time since is that of the new state.
        await later(500);
        expect(await sdk.value('resilience.circuit_breaker.downtime')).toBeCloseTo(0.5);
        expect(await moved(sdk)).toEqual({
          executions: { failure: 1, rejected: 1 },
          'circuit_breaker.calls': { failure: 1, rejected: 1 },
          'circuit_breaker.transitions': { 'closed open': 1 },
          errors: { 'circuit_breaker Down': 1 },
        });
      },
    );

    it('of the reset fails the test call, but the circuit is closed', async () => {
      await plays(
        order,
        () => breakerOf(1),
        (policy) => policy.onReset(throws),
        async (policy) => {
          const answers = [await settled(policy.execute(fails(new Down())))];
          await later(1000);
          for (let i = 0; i < 2; i++) answers.push(await settled(policy.execute(() => 'fine')));
          return answers;
        },
      );
      // No filter has seen the listener's error, so the breaker made neither of it.
      expect(await moved(sdk)).toEqual({
        executions: { failure: 2, success: 1 },
        'circuit_breaker.calls': { failure: 1, ignored: 1, success: 1 },
        'circuit_breaker.transitions': {
          'closed open': 1,
          'open half_open': 1,
          'half_open closed': 1,
        },
        errors: { 'circuit_breaker Down': 1 },
      });
      expect(await durations(sdk, 'resilience.circuit_breaker.recovery.duration')).toMatchObject({
        count: 1,
      });
    });

    it('of half-open keeps the function from being called', async () => {
      await plays(
        order,
        () => breakerOf(1),
        (policy) => policy.onHalfOpen(throws),
        async (policy) => {
          const answers = [await settled(policy.execute(fails(new Down())))];
          await later(1000);
          answers.push(await settled(policy.execute(() => 'never')));
          // In 3.2 it stays half-open, and the next call would hang the process for ever.
          if (major === 4) answers.push(await settled(policy.execute(() => 'recovers')));
          return answers;
        },
      );
      const recovered = major === 4 ? 1 : 0;
      expect(await levels(sdk)).toEqual({
        'circuit_breaker.state': recovered ? { closed: 1 } : { half_open: 1 },
      });
      expect(await moved(sdk)).toEqual({
        executions: { failure: 1, rejected: 1, ...(recovered && { success: 1 }) },
        'circuit_breaker.calls': { failure: 1, rejected: 1, ...(recovered && { success: 1 }) },
        'circuit_breaker.transitions': {
          'closed open': 1,
          'open half_open': 1,
          ...(recovered && { 'half_open closed': 1 }),
        },
        errors: { 'circuit_breaker Down': 1 },
      });
    });

    it('of the change to half-open throws the result of the test away in 3.2, and stops it in 4', async () => {
      const fn = vi.fn(() => 'fine');
      await plays(
        order,
        () => breakerOf(1),
        (policy) =>
          policy.onStateChange((state) => {
            if (state === cockatiel.CircuitState.HalfOpen) throw mine;
          }),
        async (policy) => {
          const answers = [await settled(policy.execute(fails(new Down())))];
          await later(1000);
          for (let i = 0; i < 2; i++) answers.push(await settled(policy.execute(fn)));
          return answers;
        },
      );
      expect(fn).toHaveBeenCalledTimes(major === 3 ? 4 : 2);
      expect(await moved(sdk)).toEqual({
        executions: {
          failure: major === 3 ? 2 : 1,
          success: 1,
          ...(major === 4 && { rejected: 1 }),
        },
        'circuit_breaker.calls': {
          failure: 1,
          success: 1,
          ...(major === 3 ? { ignored: 1 } : { rejected: 1 }),
        },
        'circuit_breaker.transitions': {
          'closed open': 1,
          'open half_open': 1,
          'half_open closed': 1,
        },
        errors: { 'circuit_breaker Down': 1 },
      });
    });

    it('of isolation throws where isolate() was called, and the state is read all the same', async () => {
      const breaker = breakerOf();
      if (order === 'before') breaker.onBreak(throws);
      sdk.instrument(NAME, breaker);
      if (order === 'after') breaker.onBreak(throws);
      expect(() => breaker.isolate()).toThrow(mine);
      expect(await levels(sdk)).toEqual({ 'circuit_breaker.state': { isolated: 1 } });
      expect(await moved(sdk)).toEqual({
        'circuit_breaker.transitions': { 'closed isolated': 1 },
      });
    });

    it('of a retry replaces the error, and leaves the timer of the backoff', async () => {
      const timers: number[] = [];
      await plays(
        order,
        () => retry(handleAll, { maxAttempts: 3, backoff: new cockatiel.ConstantBackoff(50) }),
        (policy) => policy.onRetry(throws),
        async (policy) => {
          const answer = policy.execute(fails(new Down())).catch((error: unknown) => error);
          await turn();
          timers.push(vi.getTimerCount());
          await later(50);
          return [{ error: await answer }];
        },
      );
      expect(timers).toEqual([1, 1]);
      // Attempts were left, so it did not give up.
      expect(await moved(sdk)).toEqual({
        executions: { failure: 1 },
        'retry.calls': { not_retryable: 1 },
        errors: { 'retry Down': 1 },
      });
    });

    it.each(failures)('of giving up replaces the error (%s)', async (_, fn) => {
      await plays(
        order,
        () => retry(handleAll, { maxAttempts: 1 }),
        (policy) => policy.onGiveUp(throws),
        async (policy) => [await settled(policy.execute(fn))],
      );
      expect(await moved(sdk)).toEqual({
        executions: { failure: 1 },
        'retry.calls': { exhausted: 1 },
        'retry.attempts': { 1: 1 },
        errors: { 'retry Down': 2 },
      });
    });

    it('of a rejection replaces its error', async () => {
      await plays(
        order,
        () => cockatiel.bulkhead(0),
        (policy) => policy.onReject(throws),
        async (policy) => [await settled(policy.execute(() => 'never'))],
      );
      expect(await moved(sdk)).toEqual({
        executions: { rejected: 1 },
        'bulkhead.calls': { rejected: 1 },
      });
    });

    it('of a timeout is an uncaught exception; where the process survives it, the call timed out', async () => {
      const uncaught = vi.fn();
      const before = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.on('uncaughtException', uncaught);
      const { Aggressive, Cooperative } = cockatiel.TimeoutStrategy;
      for (const strategy of [Aggressive, Cooperative]) {
        await plays(
          order,
          () => timeout(100, strategy),
          (policy) => policy.onTimeout(throws),
          async (policy) => [
            await settled(
              policy.execute(
                () => new Promise((_, reject) => setTimeout(() => reject(new Down()), 150)),
              ),
            ),
          ],
        );
      }
      process.removeAllListeners('uncaughtException');
      for (const listener of before) process.on('uncaughtException', listener);
      expect(uncaught.mock.calls.map(([error]) => error)).toEqual([mine, mine, mine, mine]);
      expect(await moved(sdk)).toEqual({
        executions: { timed_out: 2 },
        'timeout.calls': { timed_out: 2 },
      });
    });

    it('of a timeout that was aborted before it began rejects the call, and leaves its timer', async () => {
      const fn = vi.fn();
      const timers: number[] = [];
      await plays(
        order,
        () => timeout(100, cockatiel.TimeoutStrategy.Aggressive),
        (policy) => policy.onTimeout(throws),
        async (policy) => {
          const answer = policy.execute(fn, AbortSignal.abort()).catch((error: unknown) => error);
          await turn();
          timers.push(vi.getTimerCount());
          await later(100);
          return [{ error: await answer }];
        },
      );
      expect(fn).not.toHaveBeenCalled();
      expect(timers).toEqual([1, 1]);
      expect(await moved(sdk)).toEqual({
        executions: { rejected: 1 },
        'timeout.calls': { cancelled: 1 },
      });
    });
  });

  it('is never ours, also where a hook throws', async () => {
    const policy = sdk.instrument(NAME, breakerOf(), { errorType: throws as () => string });
    const error = new Down();
    expect(await settled(policy.execute(fails(error)))).toEqual({ error });
    expect(await moved(sdk)).toMatchObject({ 'telemetry.errors': 1 });
  });
});

describe.each(majors)("cockatiel $major, the user's listeners", ({ cockatiel }) => {
  const { handleAll, retry } = cockatiel;

  it('are taken off by themselves, as if ours were not there', async () => {
    const sdk = new TestSdk();
    const policy = sdk.instrument(NAME, retry(handleAll, { maxAttempts: 1 }));
    const listener = vi.fn();
    const [once, twice] = [policy.onRetry(listener), policy.onRetry(listener)];
    await settled(policy.execute(fails(new Down())));
    expect(listener).toHaveBeenCalledTimes(2);
    // By identity of the function: one handle takes off both, when it is used twice.
    once.dispose();
    once.dispose();
    twice.dispose();
    await settled(policy.execute(fails(new Down())));
    expect(listener).toHaveBeenCalledTimes(2);
    expect(await moved(sdk)).toMatchObject({ 'retry.attempts': { 1: 2 } });
  });

  it('see nothing of a call that was under way when they came, with a retry as without', async () => {
    const sdk = new TestSdk();
    const { promise, resolve } = deferred();
    const policy = sdk.instrument(NAME, retry(handleAll, { maxAttempts: 1 }));
    const call = policy.execute(() => promise);
    const listener = vi.fn();
    policy.onSuccess(listener);
    resolve('fine');
    await call;
    expect(listener).not.toHaveBeenCalled();
    expect(await moved(sdk)).toMatchObject({ 'retry.calls': { success_without_retry: 1 } });
  });

  it('are given durations per attempt, while ours are per call', async () => {
    const sdk = new TestSdk();
    const policy = sdk.instrument(
      NAME,
      retry(handleAll, { maxAttempts: 1, backoff: new cockatiel.ConstantBackoff(70) }),
    );
    const seen: number[] = [];
    policy.onFailure(({ duration }) => seen.push(duration));
    policy.onSuccess(({ duration }) => seen.push(duration));
    let calls = 0;
    await settled(
      policy.execute(async () => {
        await new Promise((done) => setTimeout(done, 10));
        if (++calls === 1) throw new Down();
      }),
    );
    expect(seen).toEqual([10, 10]);
    expect(await durations(sdk, 'resilience.execution.duration')).toEqual({
      count: 1,
      seconds: 0.09,
    });
  });
});
