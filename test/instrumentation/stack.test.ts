import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import {
  answerOf,
  Down,
  deferred,
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

describe.each(majors)('cockatiel $major, stack', ({ cockatiel }) => {
  const { bulkhead, ConsecutiveBreaker, fallback, handleAll, handleType, noop, retry, wrap } =
    cockatiel;
  const { Aggressive } = cockatiel.TimeoutStrategy;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const breakerOf = (threshold = 1) =>
    cockatiel.circuitBreaker(handleAll, {
      halfOpenAfter: 1000,
      breaker: new ConsecutiveBreaker(threshold),
    });

  /** A stack of five, in the order that the documents use. */
  const five = () =>
    wrap(
      fallback(handleAll, 'instead'),
      retry(handleAll, { maxAttempts: 2 }),
      breakerOf(5),
      bulkhead(1),
      cockatiel.timeout(100, Aggressive),
    );

  it('is given back itself, with its type, its events and its members', () => {
    const stack = five();
    const { onFailure, onSuccess, wrapped } = stack;
    const members = [...wrapped];
    expect(sdk.instrument(NAME, stack)).toBe(stack);
    expect(stack).toMatchObject({ onFailure, onSuccess });
    expect(stack.wrapped).toBe(wrapped);
    expect([...stack.wrapped]).toEqual(members);
  });

  it('counts an execution once, and the calls of each of its members', async () => {
    const stack = sdk.instrument(NAME, five());
    let calls = 0;
    await settled(
      stack.execute(() => {
        if (++calls < 3) throw new Down();
        return 'fine';
      }),
    );
    expect(await moved(sdk)).toEqual({
      executions: { success: 1 },
      'fallback.calls': { 'not_used value': 1 },
      'retry.calls': { success_after_retry: 1 },
      'retry.attempts': { 1: 1, 2: 1 },
      'circuit_breaker.calls': { failure: 2, success: 1 },
      'bulkhead.calls': { accepted: 3 },
      'timeout.calls': { completed: 3 },
      errors: { 'retry Down': 2, 'circuit_breaker Down': 2 },
    });
    expect(await levels(sdk)).toEqual({
      'circuit_breaker.state': { closed: 1 },
      'bulkhead.limit': 1,
    });
  });

  it('counts the members of nested wraps under its name too', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(wrap(fallback(handleAll, 0), retry(handleAll, { maxAttempts: 1 })), wrap(breakerOf())),
    );
    expect(await settled(stack.execute(fails(new Down())))).toEqual({ value: 0 });
    expect(await moved(sdk)).toEqual({
      executions: { fallback: 1 },
      'fallback.calls': { 'used value': 1 },
      'retry.calls': { exhausted: 1 },
      'retry.attempts': { 1: 1 },
      'circuit_breaker.calls': { failure: 1, rejected: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
      errors: {
        'circuit_breaker Down': 1,
        'retry Down': 1,
        'retry BrokenCircuitError': 1,
        'fallback BrokenCircuitError': 1,
      },
    });
  });

  it('counts the executions of a nested wrap that has a name of its own under both', async () => {
    const inner = sdk.instrument('inner', wrap(retry(handleAll, { maxAttempts: 1 }), breakerOf(9)));
    const outer = sdk.instrument(NAME, wrap(fallback(handleAll, 0), inner));
    await settled(outer.execute(fails(new Down())));
    await settled(inner.execute(() => 'on its own'));
    expect(await moved(sdk)).toEqual({
      executions: { fallback: 1 },
      'fallback.calls': { 'used value': 1 },
      errors: { 'fallback Down': 1 },
    });
    expect(await moved(sdk, 'inner')).toEqual({
      executions: { failure: 1, success: 1 },
      'retry.calls': { exhausted: 1, success_without_retry: 1 },
      'retry.attempts': { 1: 1 },
      'circuit_breaker.calls': { failure: 2, success: 1 },
      errors: { 'circuit_breaker Down': 2, 'retry Down': 2 },
    });
  });

  it('lets a nested wrap be the outermost, and answer for both', async () => {
    const inner = sdk.instrument('inner', wrap(fallback(handleAll, 0)));
    const outer = sdk.instrument(NAME, wrap(inner, breakerOf(9)));
    await settled(outer.execute(fails(new Down())));
    expect(await moved(sdk)).toMatchObject({
      executions: { fallback: 1 },
      'circuit_breaker.calls': { failure: 1 },
    });
    expect(await moved(sdk, 'inner')).toMatchObject({
      executions: { fallback: 1 },
      'fallback.calls': { 'used value': 1 },
    });
  });

  it('leaves a breaker that two stacks share one breaker, of the first name', async () => {
    const shared = breakerOf(2);
    const first = sdk.instrument('first', wrap(retry(handleAll, { maxAttempts: 0 }), shared));
    const second = sdk.instrument('second', wrap(bulkhead(1), shared));
    await settled(first.execute(fails(new Down())));
    await settled(second.execute(fails(new Down())));
    await settled(second.execute(() => 'never'));
    expect(await moved(sdk, 'first')).toMatchObject({
      executions: { failure: 1 },
      'circuit_breaker.calls': { failure: 2, rejected: 1 },
      'circuit_breaker.transitions': { 'closed open': 1 },
    });
    expect(await levels(sdk, 'first')).toEqual({ 'circuit_breaker.state': { open: 1 } });
    expect(await moved(sdk, 'second')).toEqual({
      executions: { failure: 1, rejected: 1 },
      'bulkhead.calls': { accepted: 2 },
    });
    expect(await levels(sdk, 'second')).toEqual({ 'bulkhead.limit': 1 });
  });

  it('counts executions of a member too that was itself given to instrument', async () => {
    const breaker = sdk.instrument('breaker', breakerOf(9));
    const stack = sdk.instrument(NAME, wrap(retry(handleAll, { maxAttempts: 1 }), breaker));
    await settled(stack.execute(fails(new Down())));
    await settled(breaker.execute(() => 'on its own'));
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 1 },
      'retry.calls': { exhausted: 1 },
    });
    expect(await moved(sdk, 'breaker')).toEqual({
      executions: { failure: 2, success: 1 },
      'circuit_breaker.calls': { failure: 2, success: 1 },
      errors: { 'circuit_breaker Down': 2 },
    });
  });

  it.each([
    ['retry', () => retry(handleAll, { maxAttempts: 1 }), { 'retry.calls': { exhausted: 3 } }],
    ['circuit breaker', () => breakerOf(9), { 'circuit_breaker.calls': { failure: 2 } }],
    ['bulkhead', () => bulkhead(2), { 'bulkhead.calls': { accepted: 2 } }],
    ['timeout', () => cockatiel.timeout(100, Aggressive), { 'timeout.calls': { completed: 2 } }],
    [
      'fallback',
      () => fallback(handleAll, fails(new Down())),
      { 'fallback.calls': { 'failed function': 2 } },
    ],
  ] as const)(
    'may hold the same %s twice, each of whose calls counts',
    async (_, make, numbers) => {
      const policy: IPolicy<IDefaultPolicyContext, unknown> = make();
      const stack = sdk.instrument(NAME, wrap(policy, policy));
      await settled(stack.execute(fails(new Down())));
      expect(await moved(sdk)).toMatchObject({ executions: { failure: 1 }, ...numbers });
      expect(await levels(sdk)).not.toHaveProperty('execution.active');
    },
  );

  it('blocks itself where it holds a bulkhead of one slot twice, which shows', async () => {
    const policy = bulkhead(1, 1);
    const stack = sdk.instrument(NAME, wrap(policy, policy));
    void stack.execute(() => 'never');
    await turn();
    expect(await levels(sdk)).toEqual({
      'execution.active': 1,
      'bulkhead.active': 1,
      'bulkhead.queued': 1,
      'bulkhead.limit': 1,
      'bulkhead.queue.limit': 1,
    });
  });

  it('is rejected where no member let the function be called, whoever it was', async () => {
    const inner = breakerOf();
    inner.isolate();
    const stack = sdk.instrument(
      NAME,
      wrap(retry(handleAll, { maxAttempts: 1 }), bulkhead(1), inner),
    );
    await settled(stack.execute(vi.fn()));
    expect(await moved(sdk)).toEqual({
      executions: { rejected: 1 },
      'retry.calls': { exhausted: 1 },
      'retry.attempts': { 1: 1 },
      // The bulkhead and the retry called what is inside of them: it was not they who rejected.
      'bulkhead.calls': { accepted: 2 },
      'circuit_breaker.calls': { rejected: 2 },
      errors: { 'retry IsolatedCircuitError': 2 },
    });
  });

  it('has failed, and is not rejected, where the function was called before the circuit opened', async () => {
    const stack = sdk.instrument(NAME, wrap(retry(handleAll, { maxAttempts: 1 }), breakerOf()));
    expect(await settled(stack.execute(fails(new Down())))).toEqual({
      error: expect.any(cockatiel.BrokenCircuitError),
    });
    expect(await moved(sdk)).toMatchObject({ executions: { failure: 1 } });
  });

  it('is cancelled where its caller gave up before anything ran', async () => {
    const stack = sdk.instrument(NAME, wrap(breakerOf(9), bulkhead(1)));
    await settled(stack.execute(vi.fn(), AbortSignal.abort()));
    expect(await moved(sdk)).toMatchObject({ executions: { cancelled: 1 } });
  });

  it('is rejected where nobody cancelled what a member says was cancelled', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(bulkhead(1), {
        ...noop,
        execute: () => Promise.reject(new cockatiel.TaskCancelledError()),
      } as unknown as typeof noop),
    );
    await settled(stack.execute(vi.fn()));
    expect(await moved(sdk)).toMatchObject({ executions: { rejected: 1 } });
  });

  it('has timed out where a timeout cut off a call that waited in a queue inside', async () => {
    const queue = bulkhead(1, 1);
    const stack = sdk.instrument(NAME, wrap(cockatiel.timeout(100, Aggressive), queue));
    const running = deferred();
    void queue.execute(() => running.promise);
    const fn = vi.fn();
    expect(await settled(stack.execute(fn))).toEqual({
      error: new cockatiel.TaskCancelledError('Operation timed out after 100ms'),
    });
    running.resolve(undefined);
    await turn();
    expect(fn).not.toHaveBeenCalled();
    expect(await moved(sdk)).toEqual({
      executions: { timed_out: 1 },
      'timeout.calls': { timed_out: 1 },
      'bulkhead.calls': { accepted: 1, cancelled: 1 },
    });
  });

  it('lets an element of `wrapped` be replaced, and goes on counting executions', async () => {
    const stack = sdk.instrument(NAME, wrap(retry(handleAll, { maxAttempts: 1 }), breakerOf(9)));
    const wrapped = stack.wrapped as unknown as IPolicy[];
    wrapped[0] = retry(handleAll, { maxAttempts: 3 });
    const fn = vi.fn(fails(new Down()));
    await settled(stack.execute(fn));
    expect(fn).toHaveBeenCalledTimes(4);
    // The newcomer was not instrumented; the breaker was.
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'circuit_breaker.calls': { failure: 4 },
      errors: { 'circuit_breaker Down': 4 },
    });
  });

  it('counts by a replaced element that was instrumented itself', async () => {
    const stack = sdk.instrument(NAME, wrap(retry(handleAll, { maxAttempts: 1 }), breakerOf(9)));
    const wrapped = stack.wrapped as unknown as IPolicy[];
    wrapped[0] = sdk.instrument('other', retry(handleAll, { maxAttempts: 3 }));
    await settled(stack.execute(fails(new Down())));
    expect(await moved(sdk)).toMatchObject({ executions: { failure: 1 } });
    expect(await moved(sdk, 'other')).toMatchObject({ 'retry.calls': { exhausted: 1 } });
  });

  it('does not take for its own what is called while a replaced element waits', async () => {
    const second = sdk.instrument('other', fallback(handleAll, 'instead'));
    const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const waiting = {
      ...noop,
      execute: <T>(fn: (context: IDefaultPolicyContext) => T, signal?: AbortSignal) =>
        sleep(10).then(() => fn({ signal: signal ?? new AbortController().signal })),
    };
    // Outer ones that call their function in a turn of its own: again, or from a queue.
    for (const outer of [retry(handleAll, { maxAttempts: 1 }), bulkhead(1, 1)]) {
      const stack = sdk.instrument(NAME, wrap(outer as IPolicy, retry(handleType(TypeError), {})));
      (stack.wrapped as unknown as unknown[])[1] = waiting;
      let calls = 0;
      const fn = () => {
        if (++calls === 1) throw new Down();
        return 'fine';
      };
      const answers = [answerOf(stack.execute(fn)), answerOf(stack.execute(() => 'fine'))];
      await later(11);
      await second.execute(fails(new Down()));
      await vi.runAllTimersAsync();
      expect((await Promise.all(answers)).at(-1)).toEqual({ value: 'fine' });
    }
    expect(await moved(sdk)).toMatchObject({ executions: { success: 3, failure: 1 } });
    expect(await moved(sdk, 'other')).toMatchObject({ executions: { fallback: 2 } });
  });

  it('executes without `this`, as a bare one does', async () => {
    const { execute } = sdk.instrument(NAME, wrap(retry(handleAll, {})));
    expect(await execute(() => 'fine')).toBe('fine');
    expect(await moved(sdk)).toMatchObject({ executions: { success: 1 } });
  });

  it('keeps its events, which are those of its first member', async () => {
    const first = retry(handleAll, { maxAttempts: 1 });
    const stack = sdk.instrument(NAME, wrap(first, breakerOf(9)));
    const events: string[] = [];
    stack.onFailure(() => events.push('failure'));
    stack.onSuccess(() => events.push('success'));
    let calls = 0;
    await settled(
      stack.execute(() => {
        if (++calls === 1) throw new Down();
      }),
    );
    expect(events).toEqual(['failure', 'success']);
  });

  it('covers methods that were decorated with a policy before it was instrumented', async () => {
    const policy = wrap(retry(handleAll, { maxAttempts: 1 }));
    const called = vi.fn();
    const descriptor: PropertyDescriptor = {
      value(...args: unknown[]) {
        called(this, ...args);
        return 'fine';
      },
    };
    cockatiel.usePolicy(policy)({}, 'method', descriptor);
    sdk.instrument(NAME, policy);
    const { signal } = new AbortController();
    const self = { method: descriptor.value };
    expect(await self.method('one', 2, signal)).toBe('fine');
    expect(called.mock.calls).toEqual([[self, 'one', 2, { attempt: 0, signal }]]);
    expect(called.mock.calls[0]?.[3].signal).toBe(signal);
    expect(await moved(sdk)).toMatchObject({ executions: { success: 1 } });
  });

  it('covers wraps that existed before their member was instrumented', async () => {
    const breaker = breakerOf(9);
    const stack = wrap(retry(handleAll, { maxAttempts: 1 }), breaker);
    sdk.instrument(NAME, breaker);
    await settled(stack.execute(fails(new Down())));
    expect(await moved(sdk)).toEqual({
      executions: { failure: 2 },
      'circuit_breaker.calls': { failure: 2 },
      errors: { 'circuit_breaker Down': 2 },
    });
  });

  it('does not take for its own what the function calls inside', async () => {
    const second = sdk.instrument('other', wrap(fallback(handleAll, 'instead'), breakerOf(9)));
    const stack = sdk.instrument(NAME, wrap(retry(handleAll, {}), breakerOf(9)));
    const answer = await settled(stack.execute(() => second.execute(fails(new Down()))));
    expect(answer).toEqual({ value: 'instead' });
    expect(await moved(sdk)).toMatchObject({ executions: { success: 1 } });
    expect(await moved(sdk, 'other')).toMatchObject({ executions: { fallback: 1 } });
  });

  it('counts what is called through it by a function of its own, as executions of their own', async () => {
    const stack = sdk.instrument(NAME, wrap(fallback(handleAll, 'instead'), breakerOf(9)));
    await settled(
      stack.execute(async () => {
        await stack.execute(fails(new Down()));
        return 'fine';
      }),
    );
    expect(await moved(sdk)).toMatchObject({
      executions: { success: 1, fallback: 1 },
      'fallback.calls': { 'not_used value': 1, 'used value': 1 },
    });
  });

  it('counts noop, the one that all of a copy share, where it was instrumented', async () => {
    const policy = { ...noop, execute: noop.execute.bind(noop) };
    const stack = sdk.instrument(NAME, wrap(policy, retry(handleAll, { maxAttempts: 1 })));
    await settled(stack.execute(fails(new Down())));
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 1 },
      'retry.calls': { exhausted: 1 },
    });
    expect(Object.hasOwn(noop, 'execute')).toBe(false);
  });

  it('refuses to be made of nothing, as ever', () => {
    expect(() => sdk.instrument(NAME, (wrap as unknown as () => IPolicy)())).toThrow(TypeError);
  });
});

describe('two copies of cockatiel', () => {
  const [{ cockatiel: three }, { cockatiel: four }] = majors as [
    (typeof majors)[number],
    (typeof majors)[number],
  ];

  it.each([
    ['3.2 around 4', three, four],
    ['4 around 3.2', four, three],
  ])('may make one stack: %s', async (_, outer, inner) => {
    const sdk = new TestSdk();
    const stack = sdk.instrument(
      NAME,
      outer.wrap(
        outer.fallback(outer.handleAll, 'instead'),
        inner.retry(inner.handleAll, { maxAttempts: 1 }),
        outer.circuitBreaker(outer.handleAll, {
          halfOpenAfter: 1000,
          breaker: new inner.ConsecutiveBreaker(1),
        }),
        inner.bulkhead(1),
        outer.timeout(1000, outer.TimeoutStrategy.Aggressive),
      ),
    );
    expect(await settled(stack.execute(fails(new Down())))).toEqual({ value: 'instead' });
    expect(await moved(sdk)).toEqual({
      executions: { fallback: 1 },
      'fallback.calls': { 'used value': 1 },
      'retry.calls': { exhausted: 1 },
      'retry.attempts': { 1: 1 },
      'circuit_breaker.calls': { failure: 1, rejected: 1 },
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

  it('tells cancellations of the one from rejections of the other by their markers', async () => {
    const sdk = new TestSdk();
    const stack = sdk.instrument(
      NAME,
      three.wrap(
        three.circuitBreaker(three.handleAll, {
          halfOpenAfter: 1000,
          breaker: new three.ConsecutiveBreaker(9),
        }),
        four.bulkhead(0),
      ),
    );
    await settled(stack.execute(vi.fn()));
    await settled(stack.execute(vi.fn(), AbortSignal.abort()));
    expect(await moved(sdk)).toEqual({
      executions: { rejected: 1, cancelled: 1 },
      'circuit_breaker.calls': { failure: 2 },
      'bulkhead.calls': { rejected: 1, cancelled: 1 },
      errors: {
        'circuit_breaker BulkheadRejectedError': 1,
        'circuit_breaker TaskCancelledError': 1,
      },
    });
  });

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
});
