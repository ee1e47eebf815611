import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FALLBACK_TYPE } from '../../src/semconv/attributes.ts';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Down, deferred, fails, Invalid, moved, NAME, settled, turn } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major, fallback', ({ cockatiel }) => {
  const { fallback, handleAll, handleType, handleWhenResult, retry, timeout, wrap } = cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const fallbackOf = (answer: unknown, filter = handleAll) =>
    sdk.instrument(NAME, fallback(filter, answer));

  it('counts what it had to answer with a value, and what it had not', async () => {
    const policy = fallbackOf('instead');
    expect(await settled(policy.execute(() => 'fine'))).toEqual({ value: 'fine' });
    expect(await settled(policy.execute(fails(new Down())))).toEqual({ value: 'instead' });
    expect(await settled(policy.execute(() => Promise.reject(new Down())))).toEqual({
      value: 'instead',
    });
    expect(await moved(sdk)).toEqual({
      executions: { success: 1, fallback: 2 },
      'fallback.calls': { 'not_used value': 1, 'used value': 2 },
      errors: { 'fallback Down': 2 },
    });
  });

  it('tells a function that makes the answer, which gets no arguments, from a value', async () => {
    const factory = vi.fn(async () => 'made');
    const policy = fallbackOf(factory);
    expect(await settled(policy.execute(fails(new Down())))).toEqual({ value: 'made' });
    expect(factory.mock.calls).toEqual([[]]);
    expect(await moved(sdk)).toEqual({
      executions: { fallback: 1 },
      'fallback.calls': { 'used function': 1 },
      errors: { 'fallback Down': 1 },
    });
  });

  it.each(['cached', 'stale', 'value', 'function'])(
    'takes the word of a policy that says it answers with what is %s',
    async (type) => {
      const policy = fallback(handleAll, () => 'kept');
      Object.assign(policy, { [FALLBACK_TYPE]: type });
      await settled(sdk.instrument(NAME, policy).execute(fails(new Down())));
      expect(await moved(sdk)).toMatchObject({ 'fallback.calls': { [`used ${type}`]: 1 } });
    },
  );

  it('has failed when it hands back the failed result itself, where it says what it is', async () => {
    const failed = { status: 503 };
    const policy = fallback(
      handleWhenResult((result) => result === failed),
      () => failed,
    );
    Object.assign(policy, { [FALLBACK_TYPE]: 'cached' });
    await settled(sdk.instrument(NAME, policy).execute(() => failed));
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'fallback.calls': { 'failed cached': 1 },
      errors: { 'fallback 503': 1 },
    });
  });

  it('brings only the series of its own type into the world', async () => {
    fallbackOf('instead');
    const types = (await sdk.points('resilience.fallback.calls')).map(
      ({ attributes }) => attributes['resilience.fallback.type'],
    );
    expect(types).toEqual(['value', 'value', 'value']);
  });

  it('does not answer for an error that it does not handle', async () => {
    const policy = fallbackOf('instead', handleType(Down));
    await settled(policy.execute(fails(new Invalid())));
    expect(await moved(sdk)).toEqual({
      executions: { not_handled: 1 },
      'fallback.calls': { 'not_used value': 1 },
    });
  });

  it('answers for a failed result', async () => {
    const policy = fallbackOf(
      'instead',
      handleWhenResult((result) => result === 'bad'),
    );
    expect(await settled(policy.execute(() => 'bad'))).toEqual({ value: 'instead' });
    expect(await moved(sdk)).toEqual({
      executions: { fallback: 1 },
      'fallback.calls': { 'used value': 1 },
      errors: { 'fallback String': 1 },
    });
  });

  it.each([
    ['throws', fails(new Invalid())],
    ['rejects', () => Promise.reject(new Invalid())],
  ])('has failed when its function %s, of which no event tells', async (_, factory) => {
    const policy = fallbackOf(factory);
    expect(await settled(policy.execute(fails(new Down())))).toEqual({ error: new Invalid() });
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'fallback.calls': { 'failed function': 1 },
      errors: { 'fallback Down': 1 },
    });
  });

  it('is counted when its answer is there, not when its event comes', async () => {
    const { promise, resolve } = deferred();
    const policy = fallbackOf(() => promise);
    const answer = settled(policy.execute(fails(new Down())));
    await turn();
    expect(await moved(sdk)).not.toHaveProperty(['fallback.calls']);
    expect(await moved(sdk)).not.toHaveProperty('executions');
    resolve('made');
    await answer;
    expect(await moved(sdk)).toMatchObject({ 'fallback.calls': { 'used function': 1 } });
  });

  it('tells calls apart that settle in the same turn, and share an error', async () => {
    const shared = new Down();
    let handled = 0;
    const policy = fallbackOf(
      'instead',
      cockatiel.handleWhen(() => ++handled % 2 === 1),
    );
    const steps = [deferred(), deferred(), deferred(), deferred()];
    const answers = steps.map(({ promise }) => settled(policy.execute(() => promise)));
    for (const [index, step] of steps.entries()) {
      if (index === 1) step.resolve('fine');
      else step.reject(shared);
    }
    expect(await Promise.all(answers)).toEqual([
      { value: 'instead' },
      { value: 'fine' },
      { error: shared },
      { value: 'instead' },
    ]);
    expect(await moved(sdk)).toEqual({
      executions: { fallback: 2, success: 1, not_handled: 1 },
      'fallback.calls': { 'used value': 2, 'not_used value': 2 },
      errors: { 'fallback Down': 2 },
    });
  });

  it('tells calls apart whose functions return lazy thenables, and nothing at all', async () => {
    const policy = fallbackOf('instead');
    const rejecting = {
      then: (_: unknown, reject: (error: unknown) => void) => reject(new Down()),
    } as PromiseLike<unknown>;
    await Promise.all([
      policy.execute(() => rejecting),
      policy.execute(() => undefined),
      policy.execute(() => rejecting),
      policy.execute(() => Promise.resolve()),
    ]);
    expect(await moved(sdk)).toEqual({
      executions: { fallback: 2, success: 2 },
      'fallback.calls': { 'used value': 2, 'not_used value': 2 },
      errors: { 'fallback Down': 2 },
    });
  });

  it('answers for a failed result of a lazy thenable', async () => {
    const policy = fallbackOf(
      'instead',
      handleWhenResult((result) => result === 'bad'),
    );
    const query = { then: (resolve: (value: unknown) => void) => resolve('bad') };
    expect(await settled(policy.execute(() => query as PromiseLike<unknown>))).toEqual({
      value: 'instead',
    });
    expect(await moved(sdk)).toMatchObject({
      executions: { fallback: 1 },
      'fallback.calls': { 'used value': 1 },
    });
  });

  it('decides the outcome only where the caller sees its answer', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(
        retry(
          handleWhenResult((result) => result === 'instead'),
          { maxAttempts: 1 },
        ),
        fallback(handleAll, 'instead'),
      ),
    );
    let calls = 0;
    const answer = await settled(
      stack.execute(() => {
        if (++calls === 1) throw new Down();
        return 'fine';
      }),
    );
    expect(answer).toEqual({ value: 'fine' });
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'retry.calls': { success_after_retry: 1 },
      'retry.attempts': { 1: 1 },
      'fallback.calls': { 'used value': 1, 'not_used value': 1 },
      errors: { 'fallback Down': 1, 'retry String': 1 },
    });
  });

  it('decides the outcome also from deep inside the stack', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(timeout(1000, 'aggressive' as never), retry(handleAll, {}), fallback(handleAll, 0)),
    );
    expect(await settled(stack.execute(fails(new Down())))).toEqual({ value: 0 });
    expect(await moved(sdk)).toMatchObject({ executions: { fallback: 1 } });
  });

  it('says nothing about the next attempt when it answers for one that was given up', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(
        retry(handleAll, { maxAttempts: 1 }),
        timeout(100, cockatiel.TimeoutStrategy.Aggressive),
        fallback(handleAll, 'instead'),
      ),
    );
    const [first, second] = [deferred(), deferred()];
    const attempts = [first, second];
    const answer = stack.execute(() => attempts.shift()?.promise);
    await vi.advanceTimersByTimeAsync(120);
    first.reject(new Down());
    await turn();
    second.resolve('fine');
    expect(await answer).toBe('fine');
    expect(await moved(sdk)).toMatchObject({
      executions: { success: 1 },
      'fallback.calls': { 'used value': 1, 'not_used value': 1 },
    });
  });

  it('counts each of several: the inner failed, the outer answered', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(fallback(handleAll, 'outer'), fallback(handleType(Down), fails(new Invalid()))),
    );
    expect(await settled(stack.execute(fails(new Down())))).toEqual({ value: 'outer' });
    expect(await moved(sdk)).toEqual({
      executions: { fallback: 1 },
      'fallback.calls': { 'used value': 1, 'failed function': 1 },
      errors: { 'fallback Down': 1, 'fallback Invalid': 1 },
    });
  });
});
