import { diag } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPolicy } from '../../src/policies/index.ts';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import {
  type Answer,
  answerOf,
  Down,
  durations,
  fails,
  Invalid,
  later,
  moved,
  NAME,
} from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  diag.disable();
});

const hang = () => new Promise<never>(() => {});

describe.each(majors)('cockatiel $major', ({ cockatiel }) => {
  const { ConstantBackoff, fallback, handleAll, handleWhenResult, retry, timeout, wrap } =
    cockatiel;
  const { Aggressive, Cooperative } = cockatiel.TimeoutStrategy;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const outcome = async () => (await moved(sdk))['executions'];

  describe('an execution whose timeout an inner fallback answers', () => {
    it.each([Aggressive, Cooperative])(
      'has failed if another policy then fails (%s)',
      async (strategy) => {
        const refuse = fallback(
          handleWhenResult((value) => value === 'stale'),
          () => {
            throw new Invalid('too old');
          },
        );
        const slow = () => new Promise((_, reject) => setTimeout(reject, 10, new Down()));
        const stack = sdk.instrument(
          NAME,
          wrap(refuse, fallback(handleAll, 'stale'), timeout(5, strategy)),
        );
        const answer = answerOf(stack.execute(slow));
        await vi.runAllTimersAsync();
        expect(await answer).toEqual({ error: new Invalid('too old') });
        expect(await outcome()).toEqual({ failure: 1 });
      },
    );
  });

  describe('an execution that its caller aborts in a backoff, after an attempt timed out', () => {
    const reason = new Invalid('called off');
    const inner = () =>
      wrap(
        retry(handleAll, { maxAttempts: 2, backoff: new ConstantBackoff(300) }),
        timeout(20, Aggressive),
      );

    async function abortedAt60(execute: (fn: () => unknown, signal: AbortSignal) => unknown) {
      const caller = new AbortController();
      const answer = answerOf(Promise.resolve(execute(hang, caller.signal)));
      await later(60);
      caller.abort(reason);
      await vi.runAllTimersAsync();
      return answer;
    }

    it('is cancelled', async () => {
      const stacks = {
        'a retry': inner(),
        'with a timeout around it': wrap(timeout(10_000, Aggressive), inner()),
        'with a cooperative timeout around it': wrap(timeout(10_000, Cooperative), inner()),
        'with a fallback that does not handle it around it': wrap(
          fallback(
            handleWhenResult(() => false),
            'instead',
          ),
          inner(),
        ),
      };
      const wrong: unknown[] = [];
      for (const [name, stack] of Object.entries(stacks)) {
        const own = new TestSdk();
        own.instrument(NAME, stack);
        const answer = await abortedAt60((fn, signal) => stack.execute(fn as never, signal));
        const { executions } = await moved(own);
        if (!('error' in answer)) wrong.push([name, answer]);
        if (JSON.stringify(executions) !== '{"cancelled":1}') wrong.push([name, executions]);
      }
      expect(wrong).toEqual([]);
    });

    it.each([false, { duration: 10_000 }] as const)(
      'is cancelled by the retry of a preset (%o around it)',
      async (overall) => {
        const policy = createPolicy(`cancelled ${JSON.stringify(overall)}`, 'default', {
          timeout: { duration: 20 },
          retry: { initialDelay: 5000 },
          overallTimeout: overall,
          instrument: { meterProvider: sdk.provider },
        });
        const answer = await abortedAt60((fn, signal) => policy.execute(fn as never, signal));
        expect(answer).toEqual({ error: reason });
        const counts = await moved(sdk, policy.name);
        expect(counts).toMatchObject({
          executions: { cancelled: 1 },
          'retry.calls': { aborted: 1 },
          'timeout.calls': { timed_out: 1 },
        });
        policy.dispose();
      },
    );

    it('has timed out if the abort comes when it has failed', async () => {
      const stack = sdk.instrument(NAME, timeout(20, Aggressive));
      const caller = new AbortController();
      const answer = answerOf(stack.execute(hang, caller.signal));
      await later(20);
      await answer;
      caller.abort();
      expect(await outcome()).toEqual({ timed_out: 1 });
    });
  });

  it('records a backoff that Node cannot wait as it is waited: 1 ms', async () => {
    for (const ms of [2 ** 31, Number.POSITIVE_INFINITY, Number.NaN, -5]) {
      const own = new TestSdk();
      const policy = own.instrument(
        NAME,
        retry(handleAll, { maxAttempts: 1, backoff: new ConstantBackoff(ms) }),
      );
      const answer = answerOf(policy.execute(fails(new Down())));
      await vi.runAllTimersAsync();
      await answer;
      expect(await durations(own, 'resilience.retry.delay'), String(ms)).toEqual({
        count: 1,
        seconds: 0.001,
      });
    }
  });

  it('counts timeouts where a test runner fakes microtasks, and runs none', async () => {
    vi.useRealTimers();
    vi.useFakeTimers({ toFake: ['queueMicrotask'] });
    for (const strategy of [Aggressive, Cooperative]) {
      const own = new TestSdk();
      const policy = own.instrument(NAME, timeout(1, strategy));
      await answerOf(policy.execute(() => new Promise((resolve) => setTimeout(resolve, 20))));
      expect((await moved(own))['timeout.calls']).toEqual({ timed_out: 1 });
    }
  });

  describe('a retry that repeats what an open circuit rejects', () => {
    const open = () => {
      const breaker = cockatiel.circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new cockatiel.ConsecutiveBreaker(1),
      });
      breaker.isolate();
      return breaker;
    };
    const notCircuits = cockatiel.handleWhen(
      (error) => !('isBrokenCircuitError' in (error as object)),
    );

    async function warnings(stack: { execute(fn: () => unknown): PromiseLike<unknown> }) {
      const warn = vi.fn();
      const ignore = () => {};
      diag.setLogger({ warn, error: ignore, info: ignore, debug: ignore, verbose: ignore });
      sdk.instrument(NAME, stack);
      const answers: Promise<Answer>[] = [];
      for (let i = 0; i < 3; i++) answers.push(answerOf(stack.execute(() => 'never')));
      await vi.runAllTimersAsync();
      await Promise.all(answers);
      return warn.mock.calls.filter((words) =>
        words.join(' ').includes('circuit breaker rejected'),
      );
    }

    it('warns once', async () => {
      expect(await warnings(wrap(retry(handleAll, { maxAttempts: 1 }), open()))).toHaveLength(1);
    });

    it('does not warn in the other order, or where it leaves the rejections alone', async () => {
      expect(await warnings(wrap(open(), retry(handleAll, { maxAttempts: 1 })))).toEqual([]);
      expect(await warnings(wrap(retry(notCircuits, { maxAttempts: 1 }), open()))).toEqual([]);
    });
  });
});
