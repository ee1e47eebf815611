import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Down, deferred, fails, Invalid, later, moved, NAME, settled, turn } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major, circuit breaker', ({ cockatiel }) => {
  const { bulkhead, circuitBreaker, ConsecutiveBreaker, handleAll, handleType, wrap } = cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const breakerOf = (threshold: number, filter = handleAll) =>
    sdk.instrument(
      NAME,
      circuitBreaker(filter, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(threshold) }),
    );

  it('counts successes, and failures with their type', async () => {
    const breaker = breakerOf(3);
    await breaker.execute(() => 'fine');
    await settled(breaker.execute(fails(new Down())));
    await settled(breaker.execute(fails(new Down())));
    expect(await moved(sdk)).toEqual({
      executions: { success: 1, failure: 2 },
      'circuit_breaker.calls': { success: 1, failure: 2 },
      errors: { 'circuit_breaker Down': 2 },
    });
  });

  it('counts the rejections of an open circuit, of which no event tells', async () => {
    const breaker = breakerOf(1);
    await settled(breaker.execute(fails(new Down())));
    const events: string[] = [];
    breaker.onFailure(() => events.push('failure'));
    breaker.onSuccess(() => events.push('success'));
    breaker.onBreak(() => events.push('break'));
    breaker.onStateChange(() => events.push('state'));
    const fn = vi.fn();
    for (let i = 0; i < 3; i++) await settled(breaker.execute(fn));
    expect(fn).not.toHaveBeenCalled();
    expect(events).toEqual([]);
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1, rejected: 3 },
      'circuit_breaker.calls': { failure: 1, rejected: 3 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker Down': 1 },
    });
  });

  it('tells a rejection by its function not being called, not by the error', async () => {
    const breaker = breakerOf(5, handleType(Down));
    await settled(breaker.execute(fails(new cockatiel.BrokenCircuitError())));
    await settled(breaker.execute(fails(new cockatiel.IsolatedCircuitError())));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 2 },
      'circuit_breaker.calls': { ignored: 2 },
    });
  });

  it('calls an error that the filter does not handle ignored, which resets nothing', async () => {
    const breaker = breakerOf(2, handleType(Down));
    await settled(breaker.execute(fails(new Down())));
    await settled(breaker.execute(fails(new Invalid())));
    await settled(breaker.execute(fails(new Down())));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 2, not_handled: 1 },
      'circuit_breaker.calls': { failure: 2, ignored: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker Down': 2 },
    });
  });

  it('counts a failed result as a failure although its caller sees a success', async () => {
    const breaker = breakerOf(
      2,
      cockatiel.handleWhenResult((result) => (result as { status: number }).status >= 500),
    );
    const answer = await settled(breaker.execute(() => ({ status: 503 })));
    expect(answer).toEqual({ value: { status: 503 } });
    await settled(breaker.execute(() => ({ status: 500 })));
    await settled(breaker.execute(() => ({ status: 200 })));
    expect(await moved(sdk)).toEqual({
      executions: { success: 2, rejected: 1 },
      'circuit_breaker.calls': { failure: 2, rejected: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker 503': 1, 'circuit_breaker 500': 1 },
    });
  });

  it('tells failed results that are equal from successes that are not', async () => {
    const breaker = breakerOf(
      9,
      cockatiel.handleWhenResult((result) => result === undefined),
    );
    await Promise.all([
      breaker.execute(() => undefined),
      breaker.execute(async () => undefined),
      breaker.execute(async () => null),
      breaker.execute(() => 0),
    ]);
    await turn();
    expect(await moved(sdk)).toMatchObject({
      executions: { success: 4 },
      'circuit_breaker.calls': { failure: 2, success: 2 },
    });
  });

  it('counts the error of a result filter that throws: handled, it is a failure', async () => {
    const filter = fails(new Invalid()) as () => boolean;
    const handled = breakerOf(2, handleType(Invalid).orWhenResult(filter));
    await settled(handled.execute(() => 'a result'));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'circuit_breaker.calls': { failure: 1 },
      errors: { 'circuit_breaker Invalid': 1 },
    });
  });

  it('counts the error of a result filter that throws: not handled, it is ignored', async () => {
    const filter = fails(new Invalid()) as () => boolean;
    const ignored = breakerOf(1, handleType(Down).orWhenResult(filter));
    await settled(ignored.execute(() => 'a result'));
    expect(await moved(sdk)).toEqual({
      executions: { not_handled: 1 },
      'circuit_breaker.calls': { ignored: 1 },
    });
  });

  it('ignores a call whose error filter throws: no event, and the error is replaced', async () => {
    const mine = new Invalid();
    const breaker = breakerOf(1, cockatiel.handleWhen(fails(mine) as () => boolean));
    expect(await settled(breaker.execute(fails(new Down())))).toEqual({ error: mine });
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'circuit_breaker.calls': { ignored: 1 },
    });
  });

  it('counts a call with an aborted signal by its result: the function runs all the same', async () => {
    const breaker = breakerOf(1);
    expect(await breaker.execute(() => 'ran', AbortSignal.abort())).toBe('ran');
    await settled(breaker.execute(fails(new Down()), AbortSignal.abort()));
    expect(await moved(sdk)).toEqual({
      executions: { success: 1, cancelled: 1 },
      'circuit_breaker.calls': { success: 1, failure: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker Down': 1 },
    });
  });

  it('counts cancellations and rejections from inside as the failures that handleAll makes of them', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(
        circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(2) }),
        bulkhead(1),
      ),
    );
    const running = deferred();
    const first = stack.execute(() => running.promise);
    await settled(stack.execute(() => 'no slot'));
    await settled(stack.execute(() => 'never begun', AbortSignal.abort()));
    await settled(stack.execute(() => 'circuit open'));
    running.resolve(undefined);
    await settled(first);
    expect(await moved(sdk)).toEqual({
      executions: { success: 1, rejected: 2, cancelled: 1 },
      'circuit_breaker.calls': { success: 1, failure: 2, rejected: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      'bulkhead.calls': { accepted: 1, rejected: 1, cancelled: 1 },
      errors: {
        'circuit_breaker BulkheadRejectedError': 1,
        'circuit_breaker TaskCancelledError': 1,
      },
    });
  });

  it('opens once for several failures in flight', async () => {
    const breaker = breakerOf(1);
    const running = deferred();
    const calls = [1, 2, 3].map(() => settled(breaker.execute(() => running.promise)));
    running.reject(new Down());
    await Promise.all(calls);
    expect(await moved(sdk)).toEqual({
      executions: { failure: 3 },
      'circuit_breaker.calls': { failure: 3 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker Down': 3 },
    });
  });

  it('counts a success that comes late, while open, which resets a consecutive breaker', async () => {
    const breaker = breakerOf(2);
    const slow = deferred();
    const late = breaker.execute(() => slow.promise);
    await settled(breaker.execute(fails(new Down())));
    await settled(breaker.execute(fails(new Down())));
    slow.resolve('late');
    await late;
    expect(await moved(sdk)).toEqual({
      executions: { failure: 2, success: 1 },
      'circuit_breaker.calls': { failure: 2, success: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker Down': 2 },
    });
  });

  it('tells concurrent calls apart that fail with one error object, handled or not', async () => {
    const shared = new Down();
    let handled = true;
    const breaker = breakerOf(
      9,
      cockatiel.handleWhen(() => handled),
    );
    const [one, two] = [deferred(), deferred()];
    const calls = [one, two].map(({ promise }) => settled(breaker.execute(() => promise)));
    one.reject(shared);
    await turn();
    handled = false;
    two.reject(shared);
    await Promise.all(calls);
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1, not_handled: 1 },
      'circuit_breaker.calls': { failure: 1, ignored: 1 },
      errors: { 'circuit_breaker Down': 1 },
    });
  });

  it('counts a call that returns to its own breaker as two', async () => {
    const breaker = breakerOf(2);
    await breaker.execute(() => breaker.execute(() => 'inner'));
    expect(await moved(sdk)).toEqual({
      executions: { success: 2 },
      'circuit_breaker.calls': { success: 2 },
    });
  });

  it('counts on whichever of the breakers of cockatiel decides', async () => {
    const count = sdk.instrument(
      NAME,
      circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new cockatiel.CountBreaker({ threshold: 0.5, size: 4 }),
      }),
    );
    for (const fn of [() => 1, fails(new Down()), () => 2, fails(new Down()), fails(new Down())]) {
      await settled(count.execute(fn));
      await later(1);
    }
    await settled(count.execute(() => 3));
    expect(await moved(sdk)).toEqual({
      executions: { success: 2, failure: 3, rejected: 1 },
      'circuit_breaker.calls': { success: 2, failure: 3, rejected: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: { 'circuit_breaker Down': 3 },
    });
  });
});
