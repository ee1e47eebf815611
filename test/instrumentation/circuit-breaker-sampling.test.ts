import type { CircuitBreakerPolicy } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { answerOf, Down, deferred, fails, later, levels, moved, NAME, settled } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SAMPLE = { calls: 4, threshold: 0.5 };

describe.each(majors)('cockatiel $major, halfOpenSampling', ({ major, cockatiel }) => {
  const { circuitBreaker, ConsecutiveBreaker, handleAll } = cockatiel;
  let sdk: TestSdk;
  let breaker: CircuitBreakerPolicy;
  beforeEach(async () => {
    sdk = new TestSdk();
    breaker = sdk.instrument(
      NAME,
      circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new ConsecutiveBreaker(1),
        halfOpenSampling: SAMPLE,
      }),
    );
    await settled(breaker.execute(fails(new Down())));
    await later(1000);
  });

  it('counts half a sample of failures: tolerated in 4, while in 3.2 the first call decides', async () => {
    const fns = [() => 1, fails(new Down()), fails(new Down()), () => 2];
    await Promise.all(fns.map((fn) => answerOf(breaker.execute(fn))));
    // In 3.2 the three that waited run when it has closed, and two of them open it again.
    expect(await moved(sdk)).toEqual({
      executions: { failure: 3, success: 2 },
      'circuit_breaker.calls': { failure: 3, success: 2 },
      'circuit_breaker.transitions': {
        'closed open': major === 3 ? 2 : 1,
        'open half_open': 1,
        'half_open closed': 1,
      },
      errors: { 'circuit_breaker Down': 3 },
    });
  });

  it('counts more failures than that, which open the circuit again in 4', async () => {
    const tests = [1, 2, 3, 4].map(() => deferred());
    const calls = tests.map(({ promise }) => answerOf(breaker.execute(() => promise)));
    tests[0]?.resolve('fine');
    for (const test of tests) test.reject(new Down());
    await Promise.all(calls);
    expect(await levels(sdk)).toEqual({ 'circuit_breaker.state': { open: 1 } });
    // In 3.2 the first closes it, and the three that waited fail together afterwards.
    expect(await moved(sdk)).toEqual({
      executions: { failure: 4, success: 1 },
      'circuit_breaker.calls': { failure: 4, success: 1 },
      'circuit_breaker.transitions':
        major === 3
          ? { 'closed open': 2, 'open half_open': 1, 'half_open closed': 1 }
          : { 'closed open': 1, 'open half_open': 1, 'half_open open': 1 },
      errors: { 'circuit_breaker Down': 4 },
    });
  });

  it('counts a success of a sample that failed meanwhile as a call, and no more', async () => {
    const slow = deferred();
    const late = answerOf(breaker.execute(() => slow.promise));
    const failing = [1, 2, 3].map(() => answerOf(breaker.execute(fails(new Down()))));
    await later(1);
    expect(await levels(sdk)).toMatchObject({
      'circuit_breaker.state': major === 3 ? { half_open: 1 } : { open: 1 },
    });
    slow.resolve('late');
    await Promise.all([late, ...failing]);
    expect(await moved(sdk)).toEqual({
      executions: { failure: 4, success: 1 },
      'circuit_breaker.calls': { failure: 4, success: 1 },
      'circuit_breaker.transitions': {
        'closed open': major === 3 ? 2 : 1,
        'open half_open': 1,
        ...(major === 3 ? { 'half_open closed': 1 } : { 'half_open open': 1 }),
      },
      errors: { 'circuit_breaker Down': 4 },
    });
  });
});
