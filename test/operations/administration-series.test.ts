import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { expect, it } from 'vitest';
import { healthRoutes } from '../../src/health/index.ts';
import { TestSdk } from '../support/metrics.ts';

const breaker = () =>
  circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(1) });

it('has series of administration at zero as soon as there are routes that can administer', async () => {
  const sdk = new TestSdk();
  const before = sdk.instrument('before', breaker());
  const series = async () =>
    (await sdk.points('resilience.circuit_breaker.administration')).map(
      ({ attributes, value }) =>
        `${attributes['resilience.policy.name']} ${attributes['resilience.circuit_breaker.action']} ${value}`,
    );
  expect(await series()).toEqual([]);

  using readOnly = healthRoutes();
  expect(await series()).toEqual([]);

  using routes = healthRoutes({ token: 'only-for-this-test' });
  const zeros = (name: string) =>
    ['reset', 'isolate', 'release'].map((item) => `${name} ${item} 0`);
  expect(await series()).toEqual(zeros('before'));

  const after = sdk.instrument('after', breaker());
  expect(await series()).toEqual([...zeros('before'), ...zeros('after')]);
  expect([before, after, readOnly, routes]).toBeDefined();
});
