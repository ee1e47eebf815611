import {
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  type IPolicy,
  retry,
  wrap,
} from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestSdk } from '../support/metrics.ts';
import { Down, levels, moved, NAME } from './support.ts';

type Run = (...args: unknown[]) => unknown;

const custom = (execute: (fn: Run, signal?: AbortSignal) => unknown) =>
  ({ execute }) as unknown as IPolicy;

/** Reasons of unhandled rejections, until the test ends. */
const unhandled: unknown[] = [];
let listeners: NodeJS.UnhandledRejectionListener[] = [];
beforeEach(() => {
  unhandled.length = 0;
  listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => unhandled.push(reason));
});
afterEach(() => {
  process.removeAllListeners('unhandledRejection');
  for (const listener of listeners) process.on('unhandledRejection', listener);
});

const turnOfTheLoop = () => new Promise<void>((resolve) => void setImmediate(resolve));

describe('a custom policy that returns one promise to several callers', () => {
  const coalescing = () => {
    let shared: Promise<unknown> | undefined;
    return custom((fn) => {
      shared ??= Promise.resolve(fn({}));
      return shared;
    });
  };

  /** The policy itself, and policies of cockatiel that return its promise as it is. */
  const PLACES: Record<string, () => IPolicy> = {
    alone: coalescing,
    'in a stack': () => wrap(coalescing()),
    'in a nested stack': () => wrap(wrap(coalescing(), retry(handleAll, { maxAttempts: 0 }))),
    'as a decorator of a policy': () => {
      const breaker = circuitBreaker(handleAll, {
        halfOpenAfter: 1,
        breaker: new ConsecutiveBreaker(9),
      });
      breaker.execute = coalescing().execute;
      return breaker;
    },
    'as a decorator of a stack': () =>
      Object.assign(wrap(retry(handleAll, { maxAttempts: 0 })), coalescing()),
  };

  it.each(Object.entries(PLACES))('keeps a handled rejection handled (%s)', async (_, make) => {
    const sdk = new TestSdk();
    const policy = sdk.instrument(NAME, make());
    const first = policy.execute(() => Promise.reject(new Down())) as Promise<unknown>;
    // As with a bare policy, which gives both the same promise, one handler is enough.
    void policy.execute(() => 'never called');
    await expect(first).rejects.toThrow(Down);
    await turnOfTheLoop();
    expect(unhandled).toEqual([]);
    // The second function was never called.
    expect((await moved(sdk))['executions']).toEqual({ failure: 1, rejected: 1 });
    expect(await levels(sdk)).not.toHaveProperty('execution.active');
  });

  it('keeps an unhandled rejection unhandled', async () => {
    const policy = new TestSdk().instrument(NAME, coalescing());
    const error = new Down();
    void policy.execute(() => Promise.reject(error));
    void policy.execute(() => 'never called');
    await turnOfTheLoop();
    expect(unhandled).toEqual([error]);
  });

  it('gives its callers one promise', () => {
    const policy = new TestSdk().instrument(NAME, coalescing());
    const call = () => policy.execute(() => Promise.resolve(1));
    expect(call()).toBe(call());
  });
});

describe('what only a custom policy returns', () => {
  const instrumented = (answer: unknown) => {
    const sdk = new TestSdk();
    return {
      sdk,
      execute: () =>
        sdk
          .instrument(
            NAME,
            custom(() => answer),
          )
          .execute(vi.fn()) as never,
    };
  };

  it('may be a frozen thenable', async () => {
    const frozen = Object.freeze({ then: (resolve: (value: unknown) => void) => resolve('row') });
    const { sdk, execute } = instrumented(frozen);
    expect(execute()).toBe(frozen);
    expect(await execute()).toBe('row');
    expect(await levels(sdk)).toEqual({});
  });

  it('may be a query builder: the very one, writable, whose methods return it', async () => {
    class Query {
      text = '';
      runs = 0;
      where(text: string): this {
        this.text = text;
        return this;
      }
      then(resolve: (value: unknown) => void): void {
        this.runs++;
        resolve(this.text);
      }
    }
    const query = new Query();
    const { sdk, execute } = instrumented(query);
    const answer = execute() as Query;
    expect(answer).toBe(query);
    expect(answer.where('a = 1')).toBe(query);
    answer.text += ' and b = 2';
    expect(Object.keys(answer)).toEqual(['text', 'runs']);
    expect(await answer).toBe('a = 1 and b = 2');
    expect(query.runs).toBe(1);
    expect(await moved(sdk)).toEqual({ executions: { success: 1 } });
  });

  it('may be a promise that can be cancelled, of its own or by its class', async () => {
    class Cancelable<T> extends Promise<T> {
      isCanceled = false;
      cancel(): void {
        this.isCanceled = true;
      }
    }
    for (const promise of [
      Object.assign(Promise.resolve(1), { isCanceled: false, cancel: vi.fn() }),
      Cancelable.resolve(1) as Cancelable<number>,
    ]) {
      const { sdk, execute } = instrumented(promise);
      const answer = execute() as typeof promise;
      expect(answer).toBe(promise);
      answer.cancel();
      expect(await answer).toBe(1);
      expect(await moved(sdk)).toEqual({ executions: { success: 1 } });
      expect(await levels(sdk)).toEqual({});
    }
  });

  it('may have a getter `then`, which is read as often as by its caller', async () => {
    const reads = vi.fn();
    const lazy = {
      get then() {
        reads();
        return (resolve: (value: unknown) => void) => resolve('row');
      },
    };
    const { sdk, execute } = instrumented(lazy);
    const answer = execute();
    expect(reads).not.toHaveBeenCalled();
    expect(await answer).toBe('row');
    expect(reads).toHaveBeenCalledTimes(1);
    expect(await moved(sdk)).toEqual({ executions: { success: 1 } });
  });

  it('may be a class instance whose `then` is inherited and non-configurable', async () => {
    const sealed = Object.seal(
      Object.create({ then: (resolve: (value: unknown) => void) => resolve('row') }) as object,
    );
    const { sdk, execute } = instrumented(sealed);
    expect(await execute()).toBe('row');
    expect(await levels(sdk)).toEqual({});
  });
});
