import { diag } from '@opentelemetry/api';
import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  fallback,
  handleAll,
  noop,
  retry,
  wrap,
} from 'cockatiel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { snapshot, uninstrument } from '../../src/index.ts';
import { TestSdk } from '../support/metrics.ts';

/** What a second pair of eyes found. */
describe('instrument', () => {
  afterEach(() => diag.disable());

  const newBreaker = () =>
    circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(9) });

  it('leaves a breaker that two stacks share with the second when the first is undone', async () => {
    const sdk = new TestSdk();
    const breaker = newBreaker();
    const first = sdk.instrument('first', wrap(breaker, noop));
    const second = sdk.instrument('second', wrap(retry(handleAll, { maxAttempts: 0 }), breaker));
    uninstrument(first);
    await second.execute(() => {});
    const successes = () =>
      sdk.value('resilience.circuit_breaker.calls', {
        'resilience.circuit_breaker.result': 'success',
      });
    expect(await successes()).toBe(1);
    uninstrument(second);
    await breaker.execute(() => {});
    expect(await successes()).toBe(1);
  });

  it('leaves a policy that was instrumented by itself alone when its stack is undone', () => {
    const sdk = new TestSdk();
    const breaker = sdk.instrument('by itself', newBreaker());
    uninstrument(sdk.instrument('stack', wrap(breaker, noop)));
    expect(snapshot().map(({ name }) => name)).toContain('by itself');
    uninstrument(breaker);
    expect(snapshot().map(({ name }) => name)).not.toContain('by itself');
  });

  it('takes an object whose array `wrapped` holds no policies for one of the user’s own', async () => {
    const policy = { wrapped: ['gift'], execute: async (fn: () => unknown) => fn() };
    await expect(new TestSdk().instrument('gift', policy).execute(() => 1)).resolves.toBe(1);
  });

  it('keeps the rejection of a hook that is async from ending the process', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const errorType = (async () => {
      throw new Error('hook');
    }) as unknown as () => string;
    const policy = new TestSdk().instrument('async hook', fallback(handleAll, 'instead'), {
      errorType,
    });
    await expect(policy.execute(() => Promise.reject(1))).resolves.toBe('instead');
    await new Promise(setImmediate);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('hands on what a promise of a policy of the user’s own can do beside', async () => {
    const cancel = () => 'cancelled';
    const policy = {
      execute: (fn: () => number) => Object.assign(Promise.resolve(fn()), { cancel }),
    };
    const answered = new TestSdk().instrument('cancelable', policy).execute(() => 1);
    expect(answered.cancel()).toBe('cancelled');
    await expect(answered).resolves.toBe(1);
  });

  it('hands on a query builder with private fields', async () => {
    class Query {
      #table = 'none';
      from(table: string): this {
        this.#table = table;
        return this;
      }
      then<T>(fulfil: (table: string) => T): Promise<T> {
        return Promise.resolve(this.#table).then(fulfil);
      }
    }
    const sdk = new TestSdk();
    const policy = sdk.instrument('query', { execute: (fn: () => Query) => fn() });
    expect(await policy.execute(() => new Query()).from('users')).toBe('users');
    expect(await sdk.value('resilience.execution.active')).toBe(0);
  });

  it('counts only series that exist before it warns of too many', async () => {
    const warn = vi.fn();
    diag.setLogger({ error() {}, warn, info() {}, debug() {}, verbose() {} });
    const sdk = new TestSdk();
    for (let i = 0; i < 170; i++) sdk.instrument(`fallback ${i}`, fallback(handleAll, 0));
    await sdk.collect();
    expect(warn.mock.calls.flat().join()).not.toContain('attribute sets');
  });

  it('refuses options that it would not heed', () => {
    const sdk = new TestSdk();
    const options = { duration: false } as object;
    expect(() => sdk.instrument('typo', bulkhead(1), options)).toThrow(
      'Expected `options` to have only attributes, errorType, durations, meterProvider, got `duration`',
    );
  });
});
