import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

describe.each(majors)('cockatiel $major, bulkhead', ({ major, cockatiel }) => {
  const { BulkheadRejectedError, TaskCancelledError } = cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const bulkheadOf = (slots: number, places = 0) =>
    sdk.instrument(NAME, cockatiel.bulkhead(slots, places));

  it('counts calls as accepted when they run, whatever becomes of them, of which no event tells', async () => {
    const bulkhead = bulkheadOf(2);
    const events = vi.fn();
    bulkhead.onSuccess(events);
    bulkhead.onFailure(events);
    await settled(bulkhead.execute(() => 'fine'));
    await settled(bulkhead.execute(fails(new Down())));
    expect(events).not.toHaveBeenCalled();
    expect(await moved(sdk)).toEqual({
      executions: { success: 1, failure: 1 },
      'bulkhead.calls': { accepted: 2 },
    });
  });

  it('shows what runs, what waits and the limits, and rejects the rest', async () => {
    const bulkhead = bulkheadOf(2, 1);
    expect(await levels(sdk)).toEqual({ 'bulkhead.limit': 2, 'bulkhead.queue.limit': 1 });
    const running = deferred();
    const fn = vi.fn(() => running.promise);
    const calls = [1, 2, 3, 4, 5].map(() => answerOf(bulkhead.execute(fn)));
    await turn();
    expect(fn).toHaveBeenCalledTimes(2);
    expect(await levels(sdk)).toEqual({
      'execution.active': 3,
      'bulkhead.active': 2,
      'bulkhead.queued': 1,
      'bulkhead.limit': 2,
      'bulkhead.queue.limit': 1,
    });
    running.resolve('fine');
    const answers = await Promise.all(calls);
    expect(answers.filter((answer) => 'error' in answer)).toEqual([
      { error: expect.any(BulkheadRejectedError) },
      { error: expect.any(BulkheadRejectedError) },
    ]);
    expect(await levels(sdk)).toEqual({ 'bulkhead.limit': 2, 'bulkhead.queue.limit': 1 });
    expect(await moved(sdk)).toEqual({
      executions: { success: 3, rejected: 2 },
      'bulkhead.calls': { accepted: 3, rejected: 2 },
    });
  });

  it('adds up the limits and the load of the bulkheads of one name', async () => {
    const [first] = [bulkheadOf(2, 1), bulkheadOf(3, 4)];
    void first.execute(() => new Promise(() => {}));
    expect(await levels(sdk)).toEqual({
      'execution.active': 1,
      'bulkhead.active': 1,
      'bulkhead.limit': 5,
      'bulkhead.queue.limit': 5,
    });
  });

  it('counts a call from the queue once, though it enters execute twice', async () => {
    const bulkhead = bulkheadOf(1, 2);
    const steps = [deferred(), deferred(), deferred()];
    const calls = steps.map(({ promise }) => bulkhead.execute(() => promise));
    for (const step of steps) {
      step.resolve(undefined);
      await turn();
    }
    await Promise.all(calls);
    expect(await moved(sdk)).toEqual({
      executions: { success: 3 },
      'bulkhead.calls': { accepted: 3 },
    });
  });

  it('measures the wait in the queue, only of calls that waited', async () => {
    const bulkhead = bulkheadOf(1, 1);
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const calls = [bulkhead.execute(() => sleep(300)), bulkhead.execute(() => sleep(100))];
    await settled(bulkhead.execute(() => 'rejected'));
    await Promise.all(calls);
    expect(await durations(sdk, 'resilience.bulkhead.wait.duration')).toEqual({
      count: 1,
      seconds: 0.3,
    });
  });

  it('can still reject a call from the queue when a newcomer takes its slot', async () => {
    const bulkhead = bulkheadOf(1, 1);
    const onReject = vi.fn();
    bulkhead.onReject(onReject);
    const [running, newcomer] = [deferred(), deferred()];
    const queuedFn = vi.fn();
    const calls = [bulkhead.execute(() => running.promise), bulkhead.execute(queuedFn)].map(
      answerOf,
    );
    await later(50);
    running.resolve(undefined);
    // As soon as the slot is free, and before the call from the queue is let in.
    while (bulkhead.executionSlots === 0) await Promise.resolve();
    calls.push(answerOf(bulkhead.execute(() => newcomer.promise)));
    calls.push(answerOf(bulkhead.execute(() => 'takes the place in the queue')));
    await turn();
    newcomer.resolve(undefined);
    const answers = await Promise.all(calls);
    expect(answers[1]).toEqual({ error: expect.any(BulkheadRejectedError) });
    expect(queuedFn).not.toHaveBeenCalled();
    expect(onReject).toHaveBeenCalledTimes(1);
    expect(await moved(sdk)).toEqual({
      executions: { success: 3, rejected: 1 },
      'bulkhead.calls': { accepted: 3, rejected: 1 },
    });
  });

  it('lets a call from the queue go back to its end, and counts it once', async () => {
    const bulkhead = bulkheadOf(1, 2);
    const [running, newcomer] = [deferred(), deferred()];
    const calls: PromiseLike<unknown>[] = [
      bulkhead.execute(() => running.promise),
      bulkhead.execute(() => 'queued twice'),
    ];
    running.resolve(undefined);
    while (bulkhead.executionSlots === 0) await Promise.resolve();
    calls.push(bulkhead.execute(() => newcomer.promise));
    await later(70);
    expect(await levels(sdk)).toMatchObject({ 'bulkhead.active': 1, 'bulkhead.queued': 1 });
    newcomer.resolve(undefined);
    await Promise.all(calls);
    expect(await moved(sdk)).toEqual({
      executions: { success: 3 },
      'bulkhead.calls': { accepted: 3 },
    });
    expect(await durations(sdk, 'resilience.bulkhead.wait.duration')).toEqual({
      count: 1,
      seconds: 0.07,
    });
  });

  it('calls a call cancelled that was aborted before it began, of which no event tells', async () => {
    const bulkhead = bulkheadOf(1);
    const onReject = vi.fn();
    bulkhead.onReject(onReject);
    const fn = vi.fn();
    expect(await settled(bulkhead.execute(fn, AbortSignal.abort()))).toEqual({
      error: expect.any(TaskCancelledError),
    });
    expect(fn).not.toHaveBeenCalled();
    expect(onReject).not.toHaveBeenCalled();
    expect(await moved(sdk)).toEqual({
      executions: { cancelled: 1 },
      'bulkhead.calls': { cancelled: 1 },
    });
  });

  it('shows a call that was aborted in the queue until a slot is free, then as cancelled', async () => {
    const bulkhead = bulkheadOf(1, 2);
    const running = deferred();
    const caller = new AbortController();
    const first = bulkhead.execute(() => running.promise);
    const aborted = answerOf(bulkhead.execute(vi.fn(), caller.signal));
    const last = answerOf(bulkhead.execute(() => 'starts'));
    await later(10);
    caller.abort();
    await later(10);
    expect(await levels(sdk)).toMatchObject({ 'execution.active': 3, 'bulkhead.queued': 2 });
    running.resolve(undefined);
    await first;
    expect(await aborted).toEqual({ error: expect.any(TaskCancelledError) });
    await turn();
    // 3.2 forgets to start the next one, which then waits for somebody else's call to end.
    const starved = major === 3;
    expect(await levels(sdk)).toEqual({
      ...(starved && { 'execution.active': 1, 'bulkhead.queued': 1 }),
      'bulkhead.limit': 1,
      'bulkhead.queue.limit': 2,
    });
    expect(await moved(sdk)).toEqual({
      executions: { success: starved ? 1 : 2, cancelled: 1 },
      'bulkhead.calls': { accepted: starved ? 1 : 2, cancelled: 1 },
    });
    if (starved) await bulkhead.execute(() => 'frees the next one');
    expect(await last).toEqual({ value: 'starts' });
    expect(await durations(sdk, 'resilience.bulkhead.wait.duration')).toEqual({
      count: 2,
      seconds: 0.04,
    });
  });

  it('queues for ever where there are no slots at all', async () => {
    const bulkhead = bulkheadOf(0, 1);
    void bulkhead.execute(vi.fn());
    await settled(bulkhead.execute(vi.fn()));
    await later(3_600_000);
    expect(await levels(sdk)).toEqual({
      'execution.active': 1,
      'bulkhead.queued': 1,
      'bulkhead.queue.limit': 1,
    });
    expect(await moved(sdk)).toEqual({
      executions: { rejected: 1 },
      'bulkhead.calls': { rejected: 1 },
    });
  });

  it('tells a rejection by its function not being called, not by the error', async () => {
    const bulkhead = bulkheadOf(1);
    await settled(bulkhead.execute(fails(new BulkheadRejectedError(1, 0))));
    await settled(bulkhead.execute(fails(new TaskCancelledError())));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 2 },
      'bulkhead.calls': { accepted: 2 },
    });
  });

  it('tells a rejection by an inner bulkhead from its own', async () => {
    const [outer, inner] = [cockatiel.bulkhead(3, 0), cockatiel.bulkhead(1, 0)];
    sdk.instrument('inner', inner);
    const stack = sdk.instrument(NAME, cockatiel.wrap(outer, inner));
    const running = deferred();
    const first = stack.execute(() => running.promise);
    await settled(stack.execute(vi.fn()));
    running.resolve(undefined);
    await first;
    expect(await moved(sdk)).toEqual({
      executions: { success: 1, rejected: 1 },
      'bulkhead.calls': { accepted: 2 },
    });
    expect(await moved(sdk, 'inner')).toMatchObject({
      'bulkhead.calls': { accepted: 1, rejected: 1 },
    });
  });

  it('sees one function twice in the queue as the two calls that it is', async () => {
    const bulkhead = bulkheadOf(1, 2);
    const fn = () => turn();
    await Promise.all([bulkhead.execute(fn), bulkhead.execute(fn), bulkhead.execute(fn)]);
    expect(await moved(sdk)).toEqual({
      executions: { success: 3 },
      'bulkhead.calls': { accepted: 3 },
    });
  });
});
