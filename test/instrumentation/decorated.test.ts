import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Cockatiel, majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { answerOf, Down, fails, levels, moved, NAME } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Execute = (fn: (...args: never[]) => unknown, signal?: AbortSignal) => unknown;
interface Policy {
  execute: unknown;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What users put around an `execute`. */
const DECORATORS: Record<string, (original: Execute, second: Execute) => Execute> = {
  'hands on': (original) => (fn, signal) => original(fn, signal),
  'is async': (original) => async (fn, signal) => original(fn, signal),
  'waits a microtask': (original) => async (fn, signal) => {
    await null;
    return original(fn, signal);
  },
  'waits long before and after': (original) => async (fn, signal) => {
    await sleep(5);
    try {
      return await original(fn, signal);
    } finally {
      await sleep(5);
    }
  },
  'calls another policy first, and does not wait': (original, second) => (fn, signal) => {
    void second(fails(new Down('fall back')));
    return original(fn, signal);
  },
  'awaits another policy first': (original, second) => async (fn, signal) => {
    await second(fails(new Down('fall back')));
    return original(fn, signal);
  },
  'calls another policy around it': (original, second) => (fn, signal) =>
    second(() => original(fn, signal)),
  'wraps the function in another policy': (original, second) => (fn, signal) =>
    original((...args) => second(() => fn(...args)), signal),
  'waits in the function': (original) => (fn, signal) =>
    original(async (...args) => {
      await null;
      return fn(...args);
    }, signal),
};

function decorate(policy: Policy, decorator: string, second: Policy): void {
  const original = (policy.execute as Execute).bind(policy);
  const execute = (second.execute as Execute).bind(second);
  policy.execute = DECORATORS[decorator]?.(original, execute);
}

/** A stack whose members say something of the outcome; `what` of it is decorated. */
function stackOf(cockatiel: Cockatiel, name: string) {
  const { circuitBreaker, ConsecutiveBreaker, fallback, handleWhen, retry, timeout, wrap } =
    cockatiel;
  const only = handleWhen((error) => error instanceof Down && error.message === 'fall back');
  const breaker = circuitBreaker(only, {
    halfOpenAfter: 1000,
    breaker: new ConsecutiveBreaker(99),
  });
  const stack = wrap(
    fallback(only, `instead in ${name}`),
    retry(only, { maxAttempts: 1 }),
    breaker,
    timeout(100, cockatiel.TimeoutStrategy.Aggressive),
  );
  return { stack, breaker };
}

/** Whose `execute` is decorated. */
const PLACES = ['the stack', ...[0, 1, 2, 3].map((index) => `member ${index}`)];

/** Calls of all outcomes, several at once; what their callers get. */
async function callAll(execute: Execute, breaker: { isolate(): { dispose(): void } }) {
  const call = (fn: () => unknown, signal?: AbortSignal) =>
    answerOf(Promise.resolve(execute(fn, signal)));
  const caller = new AbortController();
  const answers = [
    call(() => 'fine'),
    call(fails(new Down('fall back'))),
    call(async () => Promise.reject(new Down('fail'))),
    call(() => new Promise(() => {})),
    call(() => new Promise(() => {}), caller.signal),
    call(fails(new Down('fall back')), caller.signal),
  ];
  await vi.advanceTimersByTimeAsync(50);
  caller.abort();
  await vi.runAllTimersAsync();
  const handle = breaker.isolate();
  answers.push(call(() => 'never called'));
  await vi.runAllTimersAsync();
  handle.dispose();
  return (await Promise.all(answers)).map((answer) => String(Object.values(answer)));
}

describe.each(majors)('cockatiel $major, a decorated execute', ({ cockatiel }) => {
  const cases = PLACES.flatMap((place) =>
    ['before', 'after'].flatMap((order) =>
      Object.keys(DECORATORS).map((decorator) => ({ place, order, decorator })),
    ),
  );

  async function play({ place, order, decorator }: (typeof cases)[number], sdk?: TestSdk) {
    const { stack, breaker } = stackOf(cockatiel, 'the stack');
    const second = stackOf(cockatiel, 'another').stack;
    const decorated = place === 'the stack' ? stack : stack.wrapped[Number(place.slice(-1))];
    if (order === 'before') decorate(decorated as Policy, decorator, second);
    sdk?.instrument('other', second);
    sdk?.instrument(NAME, stack);
    if (order === 'after') decorate(decorated as Policy, decorator, second);
    return callAll(stack.execute as Execute, breaker);
  }

  it('answers as a bare one does', async () => {
    const wrong: unknown[] = [];
    for (const testCase of cases) {
      const bare = await play(testCase);
      const instrumented = await play(testCase, new TestSdk());
      if (String(instrumented) !== String(bare)) {
        wrong.push([testCase, instrumented, bare]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('leaves the counts of its stack as they are without it', async () => {
    const plain = new TestSdk();
    await play({ place: 'the stack', order: 'before', decorator: 'hands on' }, plain);
    const expected = await moved(plain);
    expect(expected['executions']).toEqual({
      success: 1,
      fallback: 2,
      not_handled: 1,
      timed_out: 1,
      cancelled: 1,
      rejected: 1,
    });
    const wrong: unknown[] = [];
    for (const testCase of cases) {
      // Another policy around a part of it changes what is called, and how often.
      if (/around|in another/.test(testCase.decorator)) continue;
      const sdk = new TestSdk();
      await play(testCase, sdk);
      const counts = await moved(sdk);
      const active = await levels(sdk);
      if (JSON.stringify(sorted(counts)) !== JSON.stringify(sorted(expected))) {
        wrong.push([Object.values(testCase).join(), JSON.stringify(counts)]);
      }
      if ('execution.active' in active) wrong.push([testCase, active]);
    }
    expect(wrong).toEqual([]);
  });

  it('links concurrent calls by their signals, whichever goes on first', async () => {
    const { fallback, handleWhen, timeout, TimeoutStrategy, wrap } = cockatiel;
    const none = handleWhen(() => false);
    const stack = wrap(fallback(none, 'unused'), timeout(100, TimeoutStrategy.Aggressive));
    const sdk = new TestSdk();
    sdk.instrument(NAME, stack);
    const inner = stack.wrapped[1] as unknown as { execute: Execute };
    const original = inner.execute.bind(inner);
    const delays = [20, 5];
    inner.execute = async (fn, signal) => {
      await sleep(delays.shift() ?? 0);
      return original(fn, signal);
    };
    const call = (ms: number) =>
      answerOf(stack.execute(() => sleep(ms), new AbortController().signal));
    const answers = [call(500), call(90)];
    await vi.runAllTimersAsync();
    await Promise.all(answers);
    expect((await moved(sdk))['executions']).toEqual({ timed_out: 1, success: 1 });
  });
});

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([key, item]) => [key, sorted(item)] as const)
    .sort(([one], [two]) => (one < two ? -1 : 1));
}
