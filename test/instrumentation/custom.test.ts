import type { IDefaultPolicyContext, IPolicy } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Down, deferred, fails, levels, moved, NAME, settled } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Run = (...args: unknown[]) => unknown;

/** A policy of one's own: what `wrap()` takes, though its types ask for more. */
const custom = (execute: (fn: Run, signal?: AbortSignal, ...rest: unknown[]) => unknown) =>
  ({ execute }) as unknown as IPolicy;

describe.each(majors)('cockatiel $major, custom policy', ({ cockatiel }) => {
  const { fallback, handleAll, retry, timeout, TimeoutStrategy, wrap } = cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  const direct = () => custom((fn, signal) => fn({ signal }));

  it('is counted by what its callers see', async () => {
    const policy = sdk.instrument(NAME, direct());
    expect(await policy.execute(async () => 'fine')).toBe('fine');
    await settled(policy.execute(() => Promise.reject(new Down())));
    expect(await moved(sdk)).toEqual({ executions: { success: 1, failure: 1 } });
  });

  it('answers at once where it did, and throws at once where it did', async () => {
    const policy = sdk.instrument(NAME, direct());
    expect(policy.execute(() => 'now')).toBe('now');
    expect(() => policy.execute(fails(new Down()))).toThrow(new Down());
    const never = sdk.instrument('never', custom(fails(new Down())));
    expect(() => never.execute(() => 'never called')).toThrow(new Down());
    expect(await moved(sdk)).toEqual({ executions: { success: 1, failure: 1 } });
    expect(await moved(sdk, 'never')).toEqual({ executions: { rejected: 1 } });
    expect(await levels(sdk)).toEqual({});
  });

  it('gets the arguments that it is given, and its function those that it gives', async () => {
    const received: unknown[][] = [];
    const policy = custom((...args) => {
      received.push(args.slice(1));
      const [fn] = args;
      return [fn(), fn(1), fn(1, undefined), fn(1, 2, 3)];
    });
    sdk.instrument(NAME, policy);
    const { signal } = new AbortController();
    const fn = vi.fn();
    (policy.execute as unknown as Run)(fn, signal, 'more', undefined);
    expect(received).toEqual([[signal, 'more', undefined]]);
    expect(fn.mock.calls).toEqual([[], [1], [1, undefined], [1, 2, 3]]);
  });

  it('gets what is no function as it is', () => {
    const seen = vi.fn();
    const policy = sdk.instrument(NAME, custom(seen));
    (policy.execute as unknown as Run)('no function');
    expect(seen.mock.calls[0]?.[0]).toBe('no function');
  });

  it.each([0, 1, 2])(
    'may stand at place %i of a stack, and throws at once there',
    async (place) => {
      const members: IPolicy<IDefaultPolicyContext, unknown>[] = [
        retry(handleAll, { maxAttempts: 1 }),
        fallback(handleAll, 'instead'),
      ];
      const outermost = place === 0;
      members.splice(place, 0, custom(fails(new Down())));
      const stack = sdk.instrument(NAME, wrap(...members));
      const execute = () => stack.execute(() => 'never called');
      if (outermost) {
        expect(execute).toThrow(new Down());
        expect(await moved(sdk)).toEqual({ executions: { rejected: 1 } });
      } else {
        const answer = await settled(execute() as Promise<unknown>);
        expect(answer).toEqual(place === 1 ? { error: new Down() } : { value: 'instead' });
        expect(await moved(sdk)).toMatchObject({
          executions: place === 1 ? { rejected: 1 } : { fallback: 1 },
          'retry.calls': place === 1 ? { exhausted: 1 } : { success_without_retry: 1 },
        });
      }
      expect(await levels(sdk)).toEqual({});
    },
  );

  it('hands an execution on in a stack, also where it waits before it calls', async () => {
    const delayed = custom(async (fn, signal) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return fn({ signal });
    });
    const stack = sdk.instrument(
      NAME,
      wrap(delayed, timeout(100, TimeoutStrategy.Aggressive), fallback(handleAll, 'instead')),
    );
    await settled(stack.execute(() => new Promise(() => {})));
    await settled(stack.execute(fails(new Down())));
    await settled(stack.execute(() => 'fine'));
    expect(await moved(sdk)).toMatchObject({
      executions: { timed_out: 1, fallback: 1, success: 1 },
      'timeout.calls': { timed_out: 1, completed: 2 },
    });
  });

  it('may call its function again: what counts is the last attempt', async () => {
    const twice = custom(async (fn, signal) => {
      await Promise.resolve(fn({ signal })).catch(() => undefined);
      return fn({ signal });
    });
    const stack = sdk.instrument(NAME, wrap(twice, timeout(100, TimeoutStrategy.Aggressive)));
    let calls = 0;
    await settled(
      stack.execute(() => {
        if (++calls === 1) return new Promise(() => {});
        throw new Down();
      }),
    );
    expect(await moved(sdk)).toEqual({
      executions: { failure: 1 },
      'timeout.calls': { timed_out: 1, completed: 1 },
    });
  });

  it('may use other policies for itself, whose rejections it must still handle', async () => {
    const breaker = sdk.instrument(
      'own',
      cockatiel.circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new cockatiel.ConsecutiveBreaker(9),
      }),
    );
    const unhandled = vi.fn();
    const before = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', unhandled);
    const error = new Down();
    const background = custom((fn, signal) => {
      void breaker.execute(() => Promise.reject(error));
      return fn({ signal });
    });
    sdk.instrument(NAME, background).execute(() => 'fine');
    await vi.waitFor(() => expect(unhandled).toHaveBeenCalled());
    process.removeAllListeners('unhandledRejection');
    for (const listener of before) process.on('unhandledRejection', listener);
    expect(unhandled.mock.calls.map(([reason]) => reason)).toEqual([error]);
    expect(await moved(sdk)).toEqual({ executions: { success: 1 } });
    expect(await moved(sdk, 'own')).toMatchObject({ 'circuit_breaker.calls': { failure: 1 } });
  });

  it('may be made of policies: a stack whose timeout and fallback count', async () => {
    const inner = sdk.instrument('inner', timeout(100, TimeoutStrategy.Aggressive));
    const policy = sdk.instrument(
      NAME,
      custom((fn, signal) => inner.execute((context) => fn(context), signal)),
    );
    await settled(policy.execute(() => new Promise(() => {})));
    expect(await moved(sdk)).toEqual({ executions: { timed_out: 1 } });
    expect(await moved(sdk, 'inner')).toMatchObject({ 'timeout.calls': { timed_out: 1 } });
  });

  it('may be a function that has a method execute', async () => {
    const policy = Object.assign(() => {}, { execute: (fn: Run) => fn() });
    expect(sdk.instrument(NAME, policy).execute(() => 'fine')).toBe('fine');
    expect(await moved(sdk)).toEqual({ executions: { success: 1 } });
  });

  it('keeps `this`, and what it inherits', async () => {
    class Counting {
      calls = 0;
      execute(fn: Run): unknown {
        this.calls++;
        return fn();
      }
    }
    const policy = sdk.instrument(NAME, new Counting());
    policy.execute(() => 'fine');
    expect(policy.calls).toBe(1);
    expect(policy).toBeInstanceOf(Counting);
    expect(Object.keys(policy)).toEqual(['calls']);
  });

  it.each([
    ['retry', { onRetry: vi.fn(), onGiveUp: vi.fn() }],
    ['timeout', { onTimeout: vi.fn() }],
    ['bulkhead', { executionSlots: 1, queueSlots: 0 }],
    ['fallback', { onFailure: vi.fn(), onSuccess: vi.fn(), value: () => 'instead' }],
  ])('is left alone that has a little of a %s of cockatiel', async (_, members) => {
    const policy = sdk.instrument(NAME, { ...members, execute: (fn: Run) => fn() });
    expect(policy.execute(() => 'now')).toBe('now');
    expect(() => policy.execute(fails(new Down()))).toThrow(new Down());
    expect(await moved(sdk)).toEqual({ executions: { success: 1, failure: 1 } });
  });

  it('may answer with a thenable, which is asked for its `then` once', async () => {
    const gets = vi.fn();
    const runs = vi.fn();
    const lazy = {
      get then() {
        gets();
        return (resolve: (value: unknown) => void) => {
          runs();
          resolve('rows');
        };
      },
    };
    const policy = sdk.instrument(
      NAME,
      custom(() => lazy),
    );
    expect(await settled(policy.execute(vi.fn()))).toEqual({ value: 'rows' });
    expect([gets.mock.calls.length, runs.mock.calls.length]).toEqual([1, 1]);
    expect(await moved(sdk)).toEqual({ executions: { success: 1 } });
  });

  it('may answer with a thenable that is awaited twice, as one execution', async () => {
    const lazy = { then: (resolve: (value: unknown) => void) => resolve('rows') };
    const policy = sdk.instrument(
      NAME,
      custom(() => lazy),
    );
    const answer = policy.execute(vi.fn());
    expect([await answer, await answer]).toEqual(['rows', 'rows']);
    expect(await moved(sdk)).toEqual({ executions: { success: 1 } });
  });

  it('may answer with a thenable that rejects, and that has methods of its own', async () => {
    const lazy = {
      then: (_: unknown, reject: (error: unknown) => void) => reject(new Down()),
      describe: () => 'a query',
    };
    const policy = sdk.instrument(
      NAME,
      custom(() => lazy),
    );
    const answer = policy.execute(vi.fn()) as unknown as typeof lazy & PromiseLike<unknown>;
    expect(answer.describe()).toBe('a query');
    expect(await settled(answer)).toEqual({ error: new Down() });
    expect(await moved(sdk)).toEqual({ executions: { rejected: 1 } });
  });

  it('is asked nothing when its thenable is never awaited', async () => {
    const runs = vi.fn();
    const lazy = { then: runs };
    const policy = sdk.instrument(
      NAME,
      custom(() => lazy),
    );
    void policy.execute(vi.fn());
    await vi.runAllTimersAsync();
    expect(runs).not.toHaveBeenCalled();
  });

  it('counts each execution that goes on', async () => {
    const { promise, resolve } = deferred();
    const policy = sdk.instrument(NAME, direct());
    const calls = [1, 2].map(() => policy.execute(() => promise));
    expect(await levels(sdk)).toEqual({ 'execution.active': 2 });
    resolve('fine');
    await Promise.all(calls);
    expect(await levels(sdk)).toEqual({});
  });
});
