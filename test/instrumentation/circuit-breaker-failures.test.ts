import { beforeEach, describe, expect, it, vi } from 'vitest';
import { snapshot, uninstrument } from '../../src/index.ts';
import { createPolicy } from '../../src/policies/index.ts';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Down, fails, later, NAME, settled } from './support.ts';

describe.each(majors)('cockatiel $major, how near a circuit is to opening', ({ cockatiel }) => {
  const { circuitBreaker, ConsecutiveBreaker, CountBreaker, handleAll, SamplingBreaker } =
    cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    vi.useFakeTimers();
    sdk = new TestSdk();
    return () => vi.useRealTimers();
  });

  type Count = InstanceType<typeof ConsecutiveBreaker>;
  const instrumented = (breaker: unknown, name = NAME) =>
    sdk.instrument(
      name,
      circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: breaker as Count }),
    );
  const failed = async (
    breaker: { execute(fn: () => unknown): Promise<unknown> },
    times: number,
  ) => {
    for (let i = 0; i < times; i++) await settled(breaker.execute(fails(new Down())));
  };
  const failures = async () => [
    await sdk.value('resilience.circuit_breaker.failures'),
    await sdk.value('resilience.circuit_breaker.failures.limit'),
  ];
  const shown = () => {
    const [policy] = snapshot().filter(({ circuitBreaker: item }) => item !== undefined);
    const { failures, failureLimit } = policy?.circuitBreaker ?? {};
    return [failures, failureLimit];
  };

  it('is the number of failures in a row, and at how many it opens', async () => {
    const breaker = instrumented(new ConsecutiveBreaker(3));
    expect(await failures()).toEqual([0, 3]);
    await failed(breaker, 2);
    expect(await failures()).toEqual([2, 3]);
    expect(shown()).toEqual([2, 3]);
    await settled(breaker.execute(() => 'fine'));
    expect(await failures()).toEqual([0, 3]);
    await failed(breaker, 3);
    expect(await failures()).toEqual([3, 3]);
    await later(1000);
    await settled(breaker.execute(() => 'fine'));
    expect(await failures()).toEqual([0, 3]);
    uninstrument(breaker);
  });

  it('is that of the breaker that needs the fewest further failures, of several', async () => {
    const [tolerant, strict] = [new ConsecutiveBreaker(20), new ConsecutiveBreaker(4)].map((item) =>
      instrumented(item),
    ) as [ReturnType<typeof instrumented>, ReturnType<typeof instrumented>];
    await failed(tolerant, 5);
    expect(await failures()).toEqual([0, 4]);
    await failed(tolerant, 13);
    expect(await failures()).toEqual([18, 20]);
    await failed(strict, 2);
    // Both need two more: the one that has more is shown.
    expect(await failures()).toEqual([18, 20]);
    await failed(strict, 1);
    expect(await failures()).toEqual([3, 4]);
    uninstrument(strict);
    expect(await failures()).toEqual([18, 20]);
    uninstrument(tolerant);
  });

  it('is not known of breakers that count a share of failures', async () => {
    const others = [
      new SamplingBreaker({ threshold: 0.5, duration: 10_000 }),
      new CountBreaker({ threshold: 0.5, size: 4 }),
    ].map((item) => instrumented(item));
    for (const policy of others) await failed(policy, 1);
    expect(await failures()).toEqual([undefined, undefined]);
    expect(shown()).toEqual([undefined, undefined]);
    for (const policy of others) uninstrument(policy);
  });

  it('is known of a breaker of the user with a count of its own, but not its limit', async () => {
    let state = 0;
    const own = {
      get state() {
        return state;
      },
      success: () => {},
      failure: () => ++state > 5,
    };
    const breaker = instrumented(own);
    await failed(breaker, 2);
    expect(await failures()).toEqual([2, undefined]);
    uninstrument(breaker);
  });
});

it('is known of the circuit breaker of a policy that is made here', async () => {
  const sdk = new TestSdk();
  const policy = createPolicy('made-here', 'default', {
    instrument: { meterProvider: sdk.provider },
    circuitBreaker: { consecutiveFailures: 7 },
  });
  await policy.execute(() => 'fine');
  expect(await sdk.value('resilience.circuit_breaker.failures.limit')).toBe(7);
});
