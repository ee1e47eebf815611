import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import {
  answerOf,
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
} from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major, retry', ({ major, cockatiel }) => {
  const { ConstantBackoff, handleAll, handleType, handleWhenResult, wrap } = cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  type Options = Parameters<typeof cockatiel.retry>[1];
  const retryOf = (options: Options, filter = handleAll) =>
    sdk.instrument(NAME, cockatiel.retry(filter, options));

  /** Throws for the first `times` calls. */
  const failing = (times: number, error: unknown = new Down()) => {
    let calls = 0;
    return vi.fn((_context: { attempt: number; signal: AbortSignal }) => {
      if (++calls <= times) throw error;
      return 'fine';
    });
  };

  it('counts a call that needed no retry', async () => {
    const retry = retryOf({ maxAttempts: 3 });
    await settled(retry.execute(failing(0)));
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'retry.calls': { success_without_retry: 1 },
    });
  });

  it('counts once what took several attempts, and each attempt made again', async () => {
    const retry = retryOf({ maxAttempts: 3 });
    await settled(retry.execute(failing(2)));
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'retry.calls': { success_after_retry: 1 },
      'retry.attempts': { 1: 1, 2: 1 },
      errors: { 'retry Down': 2 },
    });
  });

  it('counts maxAttempts retries, which is one call more, until it is exhausted', async () => {
    const retry = retryOf({ maxAttempts: 2 });
    const fn = failing(9);
    await settled(retry.execute(fn));
    expect(fn).toHaveBeenCalledTimes(3);
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'retry.calls': { exhausted: 1 },
      'retry.attempts': { 1: 1, 2: 1 },
      errors: { 'retry Down': 3 },
    });
  });

  it('is exhausted at once where it may not retry at all', async () => {
    const retry = retryOf({ maxAttempts: 0 });
    await settled(retry.execute(failing(1)));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'retry.calls': { exhausted: 1 },
      errors: { 'retry Down': 1 },
    });
  });

  it('retries without end where no maximum is given, and numbers attempts up to ten', async () => {
    const retry = retryOf({});
    await settled(retry.execute(failing(13)));
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'retry.calls': { success_after_retry: 1 },
      'retry.attempts': { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1, _OTHER: 4 },
      errors: { 'retry Down': 13 },
    });
  });

  it('counts attempts from 1 though the function counts its own from 0', async () => {
    const retry = retryOf({ maxAttempts: 1 });
    const events: number[] = [];
    retry.onRetry(({ attempt }) => events.push(attempt));
    const fn = failing(1);
    await settled(retry.execute(fn));
    expect(fn.mock.calls.map(([{ attempt }]) => attempt)).toEqual([0, 1]);
    expect(events).toEqual([1]);
    expect(await moved(sdk)).toMatchObject({ 'retry.attempts': { 1: 1 } });
  });

  it('calls an error that the filter does not handle not retryable, of which no event tells', async () => {
    const retry = retryOf({ maxAttempts: 3 }, handleType(Down));
    const events = vi.fn();
    retry.onRetry(events);
    retry.onGiveUp(events);
    await settled(retry.execute(fails(new Invalid())));
    expect(events).not.toHaveBeenCalled();
    expect(await moved(sdk)).toEqual({
      executions: { not_handled: 1 },
      'retry.calls': { not_retryable: 1 },
    });
  });

  it('calls a call not retryable whose second attempt fails so', async () => {
    const retry = retryOf({ maxAttempts: 3 }, handleType(Down));
    let calls = 0;
    await settled(
      retry.execute(() => {
        throw ++calls === 1 ? new Down() : new Invalid();
      }),
    );
    expect(await moved(sdk)).toEqual({
      executions: { not_handled: 1 },
      'retry.calls': { not_retryable: 1 },
      'retry.attempts': { 1: 1 },
      errors: { 'retry Down': 1 },
    });
  });

  it('is exhausted by failed results too, while the caller gets the last of them as a success', async () => {
    const retry = retryOf(
      { maxAttempts: 2 },
      handleWhenResult((result) => (result as { status: number }).status === 503),
    );
    const answer = await settled(retry.execute(async () => ({ status: 503 })));
    expect(answer).toEqual({ value: { status: 503 } });
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'retry.calls': { exhausted: 1 },
      'retry.attempts': { 1: 1, 2: 1 },
      errors: { 'retry 503': 3 },
    });
  });

  it('is exhausted by a failed result that is a primitive, beside a success with the same value', async () => {
    let failed = true;
    const retry = retryOf(
      { maxAttempts: 0 },
      handleWhenResult(() => failed),
    );
    const [slow, fast] = [deferred(), deferred()];
    const calls = [slow, fast].map(({ promise }) => answerOf(retry.execute(() => promise)));
    fast.resolve('same');
    await later(0);
    failed = false;
    slow.resolve('same');
    await Promise.all(calls);
    expect(await moved(sdk)).toEqual({
      executions: { success: 2 },
      'retry.calls': { exhausted: 1, success_without_retry: 1 },
      errors: { 'retry String': 1 },
    });
  });

  it('counts one attempt more after an abort in the backoff, which is slept to its end', async () => {
    const retry = retryOf({ maxAttempts: 5, backoff: new ConstantBackoff(1000) });
    const caller = new AbortController();
    const fn = failing(9);
    const answer = answerOf(retry.execute(fn, caller.signal));
    await later(500);
    caller.abort();
    await later(499);
    expect(await levels(sdk)).toEqual({ 'execution.active': 1 });
    await later(1);
    await answer;
    expect(fn.mock.calls.map(([{ signal }]) => signal.aborted)).toEqual([true, true]);
    expect(fn).toHaveBeenCalledTimes(2);
    expect(await moved(sdk)).toEqual({
      executions: { cancelled: 1 },
      'retry.calls': { aborted: 1 },
      'retry.attempts': { 1: 1 },
      errors: { 'retry Down': 2 },
    });
  });

  it('counts one attempt where the caller aborted before', async () => {
    const retry = retryOf({ maxAttempts: 5 });
    await settled(retry.execute(failing(9), AbortSignal.abort()));
    await settled(retry.execute(failing(0), AbortSignal.abort()));
    expect(await moved(sdk)).toEqual({
      executions: { cancelled: 1, success: 1 },
      'retry.calls': { aborted: 1, success_without_retry: 1 },
      errors: { 'retry Down': 1 },
    });
  });

  it('calls a call aborted that gave up on a failed result because of its caller', async () => {
    const retry = retryOf(
      { maxAttempts: 5 },
      handleWhenResult(() => true),
    );
    await settled(retry.execute(() => 'bad', AbortSignal.abort()));
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'retry.calls': { aborted: 1 },
      errors: { 'retry String': 1 },
    });
  });

  it('counts no retry of a call whose backoff throws, which gives up without an event', async () => {
    const mine = new Invalid();
    const retry = retryOf({
      maxAttempts: 5,
      backoff: new cockatiel.DelegateBackoff(() => {
        throw mine;
      }),
    });
    expect(await settled(retry.execute(failing(9)))).toEqual({ error: mine });
    // The retry handled the failure, but attempts were left: it did not give up.
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'retry.calls': { not_retryable: 1 },
      errors: { 'retry Down': 1 },
    });
  });

  it('measures each backoff', async () => {
    const retry = retryOf({
      maxAttempts: 2,
      backoff: new cockatiel.IterableBackoff([100, 400]),
    });
    await later(1);
    await settled(retry.execute(failing(9)));
    expect(await durations(sdk, 'resilience.retry.delay')).toEqual({ count: 2, seconds: 0.5 });
    expect(await durations(sdk, 'resilience.execution.duration')).toEqual({
      count: 1,
      seconds: 0.5,
    });
  });

  it('tells concurrent calls apart, of which one is retried and one is not', async () => {
    const retry = retryOf({ maxAttempts: 1, backoff: new ConstantBackoff(10) }, handleType(Down));
    const shared = new Down();
    await Promise.all([
      settled(retry.execute(async () => fails(shared)())),
      settled(retry.execute(async () => fails(shared)())),
      settled(retry.execute(async () => fails(new Invalid())())),
      settled(retry.execute(failing(1, shared))),
      settled(retry.execute(async () => 'fine')),
    ]);
    expect(await moved(sdk)).toEqual({
      executions: { failure: 2, not_handled: 1, success: 2 },
      'retry.calls': {
        exhausted: 2,
        not_retryable: 1,
        success_after_retry: 1,
        success_without_retry: 1,
      },
      'retry.attempts': { 1: 3 },
      errors: { 'retry Down': 5 },
    });
  });

  it('retries the rejections of a circuit inside: one call, several rejections', async () => {
    const breaker = cockatiel.circuitBreaker(handleAll, {
      halfOpenAfter: 60_000,
      breaker: new cockatiel.ConsecutiveBreaker(1),
    });
    const stack = sdk.instrument(
      NAME,
      wrap(cockatiel.retry(handleAll, { maxAttempts: 3 }), breaker),
    );
    const fn = failing(9);
    await settled(stack.execute(fn));
    expect(fn).toHaveBeenCalledTimes(1);
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'retry.calls': { exhausted: 1 },
      'retry.attempts': { 1: 1, 2: 1, 3: 1 },
      'circuit_breaker.calls': { failure: 1, rejected: 3 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker Down': 1, 'retry Down': 1, 'retry BrokenCircuitError': 3 },
    });
  });

  it('counts a nested retry inside each attempt of the outer one', async () => {
    const outer = cockatiel.retry(handleAll, { maxAttempts: 1 });
    const inner = cockatiel.retry(handleAll, { maxAttempts: 2 });
    const stack = sdk.instrument(NAME, wrap(outer, inner));
    const fn = failing(4);
    await settled(stack.execute(fn));
    expect(fn).toHaveBeenCalledTimes(5);
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'retry.calls': { exhausted: 1, success_after_retry: 2 },
      // The outer one retried once; the inner ones twice and once.
      'retry.attempts': { 1: 3, 2: 1 },
      errors: { 'retry Down': 5 },
    });
  });

  it('takes a function that is none for the TypeError that handleAll makes of it', async () => {
    const retry = retryOf({ maxAttempts: 1 });
    const answer = await settled(retry.execute(undefined as unknown as () => void));
    expect(answer).toEqual({ error: new TypeError('fn is not a function') });
    expect(await moved(sdk)).toMatchObject({
      'retry.calls': { exhausted: 1 },
      errors: { 'retry TypeError': 2 },
    });
  });

  it('does not count calls of the copy that dangerouslyUnref makes, until that is instrumented', async () => {
    const retry = retryOf({ maxAttempts: 1 });
    const copy = retry.dangerouslyUnref();
    await settled(copy.execute(failing(1)));
    expect(await moved(sdk)).toEqual({});
    sdk.instrument('copy', copy);
    await settled(copy.execute(failing(1)));
    expect(await moved(sdk)).toEqual({});
    expect(await moved(sdk, 'copy')).toMatchObject({ 'retry.calls': { success_after_retry: 1 } });
  });

  it('sees what the policy emits per attempt, as one call', async () => {
    const retry = retryOf({ maxAttempts: 2 });
    const events: string[] = [];
    retry.onFailure(({ handled }) => events.push(`failure ${handled}`));
    retry.onSuccess(() => events.push('success'));
    retry.onGiveUp(() => events.push('give up'));
    await settled(retry.execute(failing(1)));
    expect(events).toEqual(['failure true', 'success']);
    expect(await moved(sdk)).toMatchObject({ 'retry.calls': { success_after_retry: 1 } });
    expect(major).toBeOneOf([3, 4]);
  });
});
