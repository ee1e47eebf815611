import { describe, expect, it, vi } from 'vitest';
import { uninstrument } from '../../src/index.ts';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';

describe.each(majors)('the failures of cockatiel $major', ({ cockatiel }) => {
  const { circuitBreaker, ConsecutiveBreaker, fallback, handleWhen, wrap } = cockatiel;

  const handled = handleWhen((error) => error === 'handled').orWhenResult(
    (value) => value === 'bad',
  );
  const newBreaker = () =>
    circuitBreaker(handled, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(9) });
  const newFallback = () => fallback(handled, 'instead');

  async function countsOf(
    breaker: ReturnType<typeof newBreaker>,
    last: ReturnType<typeof newFallback>,
  ) {
    const sdk = new TestSdk();
    const stack = sdk.instrument('stack', wrap(last, breaker));
    const calls = ['handled', 'unhandled', undefined, 'handled'].map(async (error) =>
      stack.execute(async () => {
        if (error !== undefined) throw error;
        return 'bad';
      }),
    );
    await Promise.allSettled([...calls, stack.execute(() => 'good')]);
    const collected = await sdk.collect();
    return ['circuit_breaker.calls', 'fallback.calls', 'errors', 'executions'].map((name) =>
      collected
        .find(({ descriptor }) => descriptor.name === `resilience.${name}`)
        ?.dataPoints.map(({ attributes, value }) => [Object.values(attributes).slice(1), value]),
    );
  }

  it('are counted as its filters decide', async () => {
    const counted = await countsOf(newBreaker(), newFallback());
    expect(counted[0]).toEqual([
      [['success'], 1],
      [['failure'], 3],
      [['ignored'], 1],
      [['rejected'], 0],
    ]);
  });

  it('are observed without timing the calls that succeed', async () => {
    const sdk = new TestSdk();
    const breaker = sdk.instrument('untimed', newBreaker(), { durations: false });
    const clock = vi.spyOn(performance, 'now');
    await breaker.execute(() => {});
    expect(clock).not.toHaveBeenCalled();
    clock.mockRestore();
  });

  it('reach the filters as before: once, with the same `this`, and what they throw', async () => {
    const seen: unknown[] = [];
    const fault = new Error('filter');
    function filter(this: unknown, error: unknown): boolean {
      seen.push([this, error]);
      throw fault;
    }
    const calls = async (instrumented: boolean) => {
      const breaker = circuitBreaker(handleWhen(filter), {
        halfOpenAfter: 1000,
        breaker: new ConsecutiveBreaker(9),
      });
      if (instrumented) new TestSdk().instrument('filter', breaker);
      const { executor } = breaker as unknown as { executor: unknown };
      const answer = await breaker
        .execute(() => Promise.reject('down'))
        .catch((error: unknown) => error);
      expect(answer).toBe(fault);
      return seen
        .splice(0)
        .map((call) => [(call as unknown[])[0] === executor, (call as unknown[])[1]]);
    };
    expect(await calls(true)).toEqual(await calls(false));
  });

  it('are counted by the thrown errors if the filters are out of reach', async () => {
    const breaker = newBreaker();
    Object.freeze((breaker as unknown as { executor: object }).executor);
    const counted = await countsOf(breaker, newFallback());
    expect(counted[0]).toEqual([
      [['success'], 2],
      [['failure'], 3],
      [['rejected'], 0],
    ]);
  });
});

describe.each(majors)(
  'an executor of cockatiel $major that two instrumentations observe',
  ({ cockatiel }) => {
    it('is as it was when the last call of both has settled, and reports to each its own calls', async () => {
      const breaker = cockatiel.circuitBreaker(cockatiel.handleAll, {
        halfOpenAfter: 1000,
        breaker: new cockatiel.ConsecutiveBreaker(99),
      });
      const { executor } = breaker as unknown as { executor: object };
      const own = Object.getOwnPropertyDescriptors(executor);
      const sdk = new TestSdk();
      sdk.instrument('old', breaker);
      let settle = (_: unknown) => {};
      const pending = breaker.execute(() => new Promise((resolve) => (settle = resolve)));
      uninstrument(breaker);
      sdk.instrument('new', breaker);
      await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {});
      settle('late');
      await pending;
      const errors = await sdk.points('resilience.errors');
      expect(errors.map(({ attributes }) => attributes['resilience.policy.name'])).toEqual(['new']);
      uninstrument(breaker);
      expect(Object.getOwnPropertyDescriptors(executor)).toEqual(own);
    });
  },
);
