import type { CircuitBreakerPolicy } from 'cockatiel';
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
  turn,
} from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major, half-open circuit', ({ major, cockatiel }) => {
  const { circuitBreaker, ConsecutiveBreaker, handleAll, handleType } = cockatiel;
  const HALF_OPEN_AFTER = 1000;
  const OPENED = { 'closed open': 1 };
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const breakerOf = (threshold: number, filter = handleAll) =>
    sdk.instrument(
      NAME,
      circuitBreaker(filter, {
        halfOpenAfter: HALF_OPEN_AFTER,
        breaker: new ConsecutiveBreaker(threshold),
      }),
    );

  /** Fails until the circuit is open, and waits until it may be tested. */
  async function open(breaker: CircuitBreakerPolicy, failures = 1): Promise<void> {
    for (let i = 0; i < failures; i++) await settled(breaker.execute(fails(new Down())));
    await later(HALF_OPEN_AFTER);
  }

  it('leaves the circuit open until the next call, and counts that call as the test', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    await later(5000);
    expect(await levels(sdk)).toMatchObject({ 'circuit_breaker.state': { open: 1 } });
    expect(await moved(sdk)).toMatchObject({ 'circuit_breaker.transitions': OPENED });
    await breaker.execute(() => 'fine');
    expect(await levels(sdk)).toMatchObject({ 'circuit_breaker.state': { closed: 1 } });
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1, success: 1 },
      'circuit_breaker.calls': { failure: 1, success: 1 },
      'circuit_breaker.transitions': {
        ...OPENED,
        'open half_open': 1,
        'half_open closed': 1,
      },
      errors: { 'circuit_breaker Down': 1 },
    });
  });

  it('opens again when the test fails', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    await settled(breaker.execute(fails(new Down())));
    await settled(breaker.execute(() => 'too early'));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 2, rejected: 1 },
      'circuit_breaker.calls': { failure: 2, rejected: 1 },
      'circuit_breaker.transitions': { ...OPENED, 'open half_open': 1, 'half_open open': 1 },
      errors: { 'circuit_breaker Down': 2 },
    });
  });

  it('closes by an error that the filter does not handle, which is ignored', async () => {
    const breaker = breakerOf(3, handleType(Down));
    await open(breaker, 3);
    await settled(breaker.execute(fails(new Invalid())));
    expect(await levels(sdk)).toMatchObject({ 'circuit_breaker.state': { closed: 1 } });
    // 3.2 forgets to reset its counter then: one more failure opens, not three.
    await settled(breaker.execute(fails(new Down())));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 4, not_handled: 1 },
      'circuit_breaker.calls': { failure: 4, ignored: 1 },
      'circuit_breaker.transitions': {
        'closed open': major === 3 ? 2 : 1,
        'open half_open': 1,
        'half_open closed': 1,
      },
      errors: { 'circuit_breaker Down': 4 },
    });
  });

  it('counts callers that wait for the test once, though each enters execute twice', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    const test = deferred();
    const fn = vi.fn();
    const calls = [() => test.promise, fn, fn, fn].map((item) => breaker.execute(item));
    await turn();
    expect(fn).not.toHaveBeenCalled();
    expect(await levels(sdk)).toMatchObject({
      'execution.active': 4,
      'circuit_breaker.state': { half_open: 1 },
    });
    expect(await moved(sdk)).toMatchObject({ 'circuit_breaker.calls': { failure: 1 } });
    test.resolve('fine');
    await Promise.all(calls);
    expect(fn).toHaveBeenCalledTimes(3);
    expect(await levels(sdk)).not.toHaveProperty('execution.active');
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 1, success: 4 },
      'circuit_breaker.calls': { failure: 1, success: 4 },
    });
  });

  it('counts callers as rejected whose wait ended with the circuit open again', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    const test = deferred();
    const calls = [() => test.promise, vi.fn(), vi.fn()].map((fn) => answerOf(breaker.execute(fn)));
    test.reject(new Down());
    const answers = await Promise.all(calls);
    expect(answers[1]).toEqual({ error: expect.any(cockatiel.BrokenCircuitError) });
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 2, rejected: 2 },
      'circuit_breaker.calls': { failure: 2, rejected: 2 },
    });
  });

  it('counts a caller who gave up waiting as cancelled when the circuit closes', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    const test = deferred();
    const caller = new AbortController();
    const testing = breaker.execute(() => test.promise);
    const waiter = answerOf(breaker.execute(vi.fn(), caller.signal));
    await turn();
    caller.abort();
    await turn();
    expect(await levels(sdk)).toMatchObject({ 'execution.active': 2 });
    test.resolve('fine');
    await testing;
    expect(await waiter).toEqual({ error: expect.any(cockatiel.TaskCancelledError) });
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 1, success: 1, cancelled: 1 },
      'circuit_breaker.calls': { failure: 1, success: 1, cancelled: 1 },
    });
  });

  it('counts a caller who gave up waiting as rejected when the circuit opens again', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    const test = deferred();
    const caller = new AbortController();
    const testing = answerOf(breaker.execute(() => test.promise));
    const waiter = answerOf(breaker.execute(vi.fn(), caller.signal));
    await turn();
    caller.abort();
    test.reject(new Down());
    await testing;
    expect(await waiter).toEqual({ error: expect.any(cockatiel.BrokenCircuitError) });
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 2, rejected: 1 },
      'circuit_breaker.calls': { failure: 2, rejected: 1 },
    });
  });

  it('hands a waiter the signal that cockatiel does: none in 3.2, his own in 4', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    const test = deferred();
    const { signal } = new AbortController();
    const fn = vi.fn((_context: { signal: AbortSignal }) => undefined);
    const calls = [breaker.execute(() => test.promise), breaker.execute(fn, signal)];
    test.resolve('fine');
    await Promise.all(calls);
    expect(fn).toHaveBeenCalledTimes(1);
    expect(fn.mock.calls[0]?.[0].signal === signal).toBe(major === 4);
  });

  it('keeps callers active behind a test that never settles', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    void breaker.execute(() => new Promise(() => {}));
    void breaker.execute(vi.fn());
    await later(3_600_000);
    expect(await levels(sdk)).toEqual({
      'execution.active': 2,
      'circuit_breaker.state': { half_open: 1 },
    });
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 1 },
      'circuit_breaker.calls': { failure: 1 },
    });
  });

  it('counts one transition though 3.2 runs the test while its state still says open', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    const seen: number[] = [];
    breaker.onHalfOpen(() => seen.push(breaker.state));
    breaker.onStateChange(() => seen.push(breaker.state));
    await breaker.execute(() => void seen.push(breaker.state));
    const { Closed, HalfOpen, Open } = cockatiel.CircuitState;
    expect(seen).toEqual(
      major === 3 ? [Open, Open, HalfOpen, Closed] : [HalfOpen, HalfOpen, HalfOpen, Closed],
    );
    expect(await moved(sdk)).toMatchObject({
      'circuit_breaker.transitions': { ...OPENED, 'open half_open': 1, 'half_open closed': 1 },
    });
  });

  it('counts a test that enters its own breaker again: a second test in 3.2, a waiter in 4', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    let halfOpened = 0;
    breaker.onHalfOpen(() => halfOpened++);
    let inner: Promise<unknown> | undefined;
    await breaker.execute(() => {
      inner = breaker.execute(() => 'inner');
    });
    await inner;
    expect(halfOpened).toBe(major === 3 ? 2 : 1);
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 1, success: 2 },
      'circuit_breaker.calls': { failure: 1, success: 2 },
      'circuit_breaker.transitions': { ...OPENED, 'open half_open': 1, 'half_open closed': 1 },
    });
  });

  it('counts a failure from before that opens the circuit again while the test runs', async () => {
    const breaker = breakerOf(1);
    const [before, test] = [deferred(), deferred()];
    const early = answerOf(breaker.execute(() => before.promise));
    await open(breaker);
    const testing = breaker.execute(() => test.promise);
    await turn();
    before.reject(new Down());
    await early;
    test.resolve('too late to close it');
    await testing;
    expect(await levels(sdk)).toMatchObject({ 'circuit_breaker.state': { open: 1 } });
    expect(await moved(sdk)).toEqual({
      executions: { failure: 2, success: 1 },
      'circuit_breaker.calls': { failure: 2, success: 1 },
      'circuit_breaker.transitions': { ...OPENED, 'open half_open': 1, 'half_open open': 1 },
      errors: { 'circuit_breaker Down': 2 },
    });
  });

  it('counts waiters of a test that is cut short by isolate(): rejected at once in 4, at its end in 3.2', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    const test = deferred();
    const testing = breaker.execute(() => test.promise);
    const waiter = answerOf(breaker.execute(vi.fn()));
    await turn();
    breaker.isolate();
    await turn();
    const rejected = { failure: 1, rejected: 1 };
    expect(await moved(sdk)).toMatchObject({
      'circuit_breaker.calls': major === 3 ? { failure: 1 } : rejected,
    });
    test.resolve('ignored');
    await testing;
    expect(await waiter).toEqual({ error: expect.any(cockatiel.IsolatedCircuitError) });
    expect(await levels(sdk)).toMatchObject({ 'circuit_breaker.state': { isolated: 1 } });
    expect(await moved(sdk)).toMatchObject({
      executions: { ...rejected, success: 1 },
      'circuit_breaker.calls': { ...rejected, success: 1 },
      'circuit_breaker.transitions': {
        ...OPENED,
        'open half_open': 1,
        'half_open isolated': 1,
      },
    });
  });

  it('counts a call once that a listener isolates in the moment of its test', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    breaker.onHalfOpen(() => breaker.isolate());
    const fn = vi.fn();
    await settled(breaker.execute(fn));
    // 3.2 has begun the test before it looks at its state again, and calls itself half-open then.
    expect(fn).toHaveBeenCalledTimes(major === 3 ? 1 : 0);
    expect(await moved(sdk)).toMatchObject(
      major === 3
        ? { executions: { failure: 1, success: 1 }, 'circuit_breaker.calls': { success: 1 } }
        : { executions: { failure: 1, rejected: 1 }, 'circuit_breaker.calls': { rejected: 1 } },
    );
  });

  it('counts a sample of test calls: 4 opens above the threshold only, 3.2 knows no samples', async () => {
    const breaker = sdk.instrument(
      NAME,
      circuitBreaker(handleAll, {
        halfOpenAfter: HALF_OPEN_AFTER,
        breaker: new ConsecutiveBreaker(1),
        halfOpenSampling: { calls: 4, threshold: 0.5 },
      }),
    );
    await open(breaker);
    const tests = [1, 2, 3, 4].map(() => deferred());
    const calls = tests.map(({ promise }) => answerOf(breaker.execute(() => promise)));
    await turn();
    // In 3.2 the first decides for the three that wait.
    tests[0]?.resolve('fine');
    for (const test of tests) test.reject(new Down());
    await Promise.all(calls);
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 4, success: 1 },
      'circuit_breaker.calls': { failure: 4, success: 1 },
      'circuit_breaker.transitions':
        major === 3
          ? { 'closed open': 2, 'open half_open': 1, 'half_open closed': 1 }
          : { ...OPENED, 'open half_open': 1, 'half_open open': 1 },
    });
  });

  it('measures the recovery from the first opening, failed tests included', async () => {
    const breaker = breakerOf(1);
    await open(breaker);
    await settled(breaker.execute(fails(new Down())));
    await later(2 * HALF_OPEN_AFTER);
    expect(await durations(sdk, 'resilience.circuit_breaker.recovery.duration')).toEqual({
      count: 0,
      seconds: 0,
    });
    await breaker.execute(() => 'fine');
    expect(await durations(sdk, 'resilience.circuit_breaker.recovery.duration')).toEqual({
      count: 1,
      seconds: 3,
    });
  });
});
