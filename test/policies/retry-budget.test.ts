import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { RetryBudget } from '../../src/policies/members/retry-budget.ts';
import { Down, fails, Invalid, moved, NAME, settled } from '../instrumentation/support.ts';
import { majors } from '../support/cockatiel.ts';
import fc from '../support/fast-check.ts';
import { TestSdk } from '../support/metrics.ts';
import { policiesOver } from './support.ts';

const TTL = 10_000;
const balanceOf = async (sdk: TestSdk) =>
  (await sdk.points('resilience.retry.budget.balance')).map(({ value }) => value);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe.each(majors)('cockatiel $major, a retry budget', ({ major, cockatiel }) => {
  const { handleType, retry, wrap, circuitBreaker, ConsecutiveBreaker, handleAll } = cockatiel;
  type Policy = Parameters<typeof retry>[0];
  let sdk: TestSdk;
  let createPolicy: Awaited<ReturnType<typeof policiesOver>>['createPolicy'];
  beforeAll(async () => {
    ({ createPolicy } = await policiesOver(major));
  });
  afterAll(() => void vi.doUnmock('cockatiel'));
  beforeEach(() => {
    sdk = new TestSdk();
  });
  afterEach(() => sdk.provider.shutdown());

  const wrapped = (budget: RetryBudget, policy: unknown) => budget.wrap(policy as never) as Policy;

  it('ends a call with its failure when the balance is used up, and counts it', async () => {
    const budget = new RetryBudget({ ratio: 0, perSecond: 0.2, ttl: TTL });
    const policy = sdk.instrument(
      NAME,
      retry(wrapped(budget, handleType(Down)), { maxAttempts: 1 }),
    );
    expect(await balanceOf(sdk)).toEqual([2]);
    const fn = vi.fn(fails(new Down()));
    for (let call = 0; call < 3; call++) await settled(policy.execute(fn));
    await settled(policy.execute(fails(new Invalid())));
    expect(fn).toHaveBeenCalledTimes(3 + 1);
    // The first call used two retries: cockatiel also asks after the last attempt.
    expect(await moved(sdk)).toEqual({
      executions: { failure: 3, not_handled: 1 },
      'retry.calls': { exhausted: 1, budget_exhausted: 2, not_retryable: 1 },
      'retry.attempts': { 1: 1 },
      errors: { 'retry Down': 4 },
    });
    expect(await balanceOf(sdk)).toEqual([0]);
    await vi.advanceTimersByTimeAsync(1.1 * TTL);
    expect(await balanceOf(sdk)).toEqual([2]);
  });

  it('returns a denied value, and leaves errors to the outer circuit breaker', async () => {
    const budget = new RetryBudget({ ratio: 0, perSecond: 0 });
    const filters = handleAll.orWhenResult((value) => value === 503);
    const breaker = circuitBreaker(handleAll, {
      halfOpenAfter: 1000,
      breaker: new ConsecutiveBreaker(1),
    });
    const policy = sdk.instrument(
      NAME,
      wrap(breaker, retry(wrapped(budget, filters), { maxAttempts: 2 })),
    );
    expect(await policy.execute(() => 503)).toBe(503);
    await settled(policy.execute(fails(new Down())));
    expect(await moved(sdk)).toMatchObject({
      'retry.calls': { budget_exhausted: 2 },
      'circuit_breaker.calls': { success: 1, failure: 1 },
    });
  });

  it('has no series where no retry has a budget', async () => {
    sdk.instrument(NAME, retry(handleAll, { maxAttempts: 1 }));
    expect(await balanceOf(sdk)).toEqual([]);
    const calls = await sdk.points('resilience.retry.calls');
    expect(JSON.stringify(calls)).not.toContain('budget_exhausted');
  });

  it('is shared by all policies of a name', async () => {
    const overrides = {
      circuitBreaker: false as const,
      retry: { calls: 2, budget: { ratio: 0, perSecond: 0.4 } },
      handle: () => true,
      instrument: { meterProvider: sdk.provider },
    };
    const policies = [1, 2, 3].map(() => createPolicy('shared', 'default', overrides));
    const fn = vi.fn(fails(new Down()));
    const calls = policies.map((policy) => settled(policy.execute(fn)));
    await vi.runAllTimersAsync();
    await Promise.all(calls);
    // Four retries: one for each call, and one of the three that ask after their last attempt.
    expect(fn).toHaveBeenCalledTimes(6);
    await settled(createPolicy('shared', 'default', overrides).execute(fn));
    expect(fn).toHaveBeenCalledTimes(7);
    expect(await moved(sdk, 'shared')).toMatchObject({
      'retry.calls': { budget_exhausted: 3, exhausted: 1 },
    });
  });

  it('has the lowest balance of several budgets under one name', async () => {
    for (const perSecond of [3, 1, 2]) {
      const budget = new RetryBudget({ perSecond, ttl: TTL });
      sdk.instrument(NAME, retry(wrapped(budget, handleAll), { maxAttempts: 1 }));
    }
    expect(await balanceOf(sdk)).toEqual([10]);
  });

  it('can be shared by several names, or switched off', async () => {
    const budget = new RetryBudget({ ratio: 0, perSecond: 0 });
    const overrides = (budget: false | RetryBudget) => ({
      retry: { calls: 2, budget },
      handle: () => true,
    });
    const fn = vi.fn(fails(new Down()));
    for (const name of ['one', 'two']) {
      await settled(createPolicy(name, 'default', overrides(budget)).execute(fn));
    }
    expect(fn).toHaveBeenCalledTimes(2);
    const call = settled(createPolicy('off', 'default', overrides(false)).execute(fn));
    await vi.runAllTimersAsync();
    await call;
    expect(fn).toHaveBeenCalledTimes(4);
  });

  it('reports invalid options by name', () => {
    const invalid = {
      '`ratio` to be a number from 0 to 1, got': { ratio: 1.1 },
      '`perSecond` to be a number from 0 to 1,000,000': { perSecond: -1 },
      '`ttl` to be milliseconds from 100 to 600,000': { ttl: 10 },
      'to have only ratio, perSecond and ttl, got `max`': { max: 1 },
      'to be `false`, a RetryBudget, or an object': 'yes',
    };
    for (const [message, budget] of Object.entries(invalid)) {
      const options = budget as never;
      expect(() => new RetryBudget(options), message).toThrow(message.split(',')[0]);
      expect(() => createPolicy('x', 'default', { retry: { budget: options } })).toThrow(
        /overrides\.retry\.budget/,
      );
    }
  });
});

it('starts again with a new `ttl`, and when a fake clock starts again', () => {
  const filters = { options: { errorFilter: () => true, resultFilter: () => false } };
  const budget = new RetryBudget({ perSecond: 1, ttl: TTL });
  const { errorFilter } = budget.wrap(filters as never).options;
  for (const restart of [
    () => budget.configure({ perSecond: 0.5, ttl: 2 * TTL }),
    () => {
      vi.useRealTimers();
      vi.useFakeTimers();
    },
  ]) {
    vi.advanceTimersByTime(10 * TTL);
    for (let retries = 0; retries < 10; retries++) expect(errorFilter(new Error())).toBe(true);
    expect(budget.balance).toBeCloseTo(0);
    restart();
    expect(budget.balance).toBe(10);
  }
});

it('allows `ratio` of the calls and `perSecond`, whatever fails: property', () => {
  const steps = fc.array(
    fc.record({
      wait: fc.nat(3000),
      fails: fc.boolean(),
      attempts: fc.integer({ min: 1, max: 50 }),
    }),
    { maxLength: 60 },
  );
  const options = fc.record({
    ratio: fc.double({ min: 0, max: 1, noNaN: true }),
    perSecond: fc.double({ min: 0, max: 20, noNaN: true }),
    ttl: fc.constantFrom(500, 2000, 10_000),
  });
  fc.assert(
    fc.property(options, steps, (options, steps) => {
      const { ratio, perSecond, ttl } = options;
      const budget = new RetryBudget(options);
      const filter = budget.wrap({
        options: { errorFilter: () => true, resultFilter: () => false },
      } as never).options;
      const events: { readonly slice: number; readonly amount: number }[] = [];
      const sliceNow = () => Math.floor(performance.now() / (ttl / 10));
      const expected = () =>
        events
          .filter(({ slice }) => slice >= sliceNow() - 10)
          .reduce((sum, { amount }) => sum + amount, (perSecond * ttl) / 1000);
      for (const { wait, fails, attempts } of steps) {
        vi.advanceTimersByTime(wait);
        for (let i = 0; i < attempts; i++) {
          const allowed = fails && expected() + ratio >= 1;
          // Sums of fractions may differ in the last digits.
          if (Math.abs(expected() + ratio - 1) < 1e-9) continue;
          if (fails) expect(filter.errorFilter(new Error())).toBe(allowed);
          else expect(filter.resultFilter(1)).toBe(false);
          events.push({ slice: sliceNow(), amount: allowed ? -1 : ratio });
        }
        expect(budget.balance).toBeCloseTo(expected(), 6);
      }
    }),
  );
});
