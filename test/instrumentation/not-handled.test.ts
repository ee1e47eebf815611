import { beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Down, fails, Invalid, moved, NAME, settled } from './support.ts';

describe.each(majors)('cockatiel $major, errors that no filter handles', ({ cockatiel }) => {
  const { bulkhead, circuitBreaker, ConsecutiveBreaker, fallback, handleAll, handleType } =
    cockatiel;
  const { noop, retry, timeout, TimeoutStrategy, wrap } = cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    vi.useFakeTimers();
    sdk = new TestSdk();
    return () => vi.useRealTimers();
  });

  const handled = handleType(Down);
  const breaker = (filter = handled) =>
    circuitBreaker(filter, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(2) });
  const policies = {
    retry: () => retry(handled, { maxAttempts: 1 }),
    breaker: () => breaker(),
    fallback: () => fallback(handled, 'instead'),
    stack: () => wrap(fallback(handled, 1), breaker(), retry(handled, { maxAttempts: 1 })),
    'stack around a timeout and a bulkhead': () =>
      wrap(breaker(), bulkhead(1), timeout(100, TimeoutStrategy.Aggressive)),
    'stack with a policy that asks nothing outside': () => wrap(noop, bulkhead(1), breaker()),
    'nested stack': () => wrap(wrap(breaker()), wrap(retry(handled, { maxAttempts: 1 }))),
  };

  it('are no failures: neither of a policy, nor of a stack', async () => {
    const outcomes: Record<string, unknown> = {};
    for (const [type, make] of Object.entries(policies)) {
      await settled(sdk.instrument(type, make() as never as Retry).execute(fails(new Invalid())));
      outcomes[type] = (await moved(sdk, type))['executions'];
    }
    const expected = Object.keys(policies).map((type) => [type, { not_handled: 1 }]);
    expect(outcomes).toEqual(Object.fromEntries(expected));
  });

  type Retry = ReturnType<typeof retry>;
  const outcomesOf = async (policy: unknown, ...errors: readonly unknown[]) => {
    const instrumented = sdk.instrument(NAME, policy as Retry);
    for (const error of errors) await settled(instrumented.execute(fails(error)));
    return (await moved(sdk))['executions'];
  };

  it('are failures where one policy handles them, be it outside or inside of another', async () => {
    const one = wrap(breaker(handleAll), retry(handled, { maxAttempts: 1 }));
    expect(await outcomesOf(one, new Invalid())).toEqual({ failure: 1 });
    const second = wrap(breaker(), retry(handleAll, { maxAttempts: 1 }));
    expect(await outcomesOf(second, new Invalid())).toEqual({ failure: 2 });
  });

  it('are told by the last attempt alone', async () => {
    const policy = retry(handled, { maxAttempts: 3 });
    let calls = 0;
    const instrumented = sdk.instrument(NAME, policy);
    await settled(
      instrumented.execute(() => {
        throw ++calls === 1 ? new Down() : new Invalid();
      }),
    );
    expect(await moved(sdk)).toMatchObject({
      executions: { not_handled: 1 },
      errors: { 'retry Down': 1 },
    });
  });

  it('are failures where no policy has a filter', async () => {
    const policy = wrap(bulkhead(1), timeout(100, TimeoutStrategy.Aggressive));
    expect(await outcomesOf(policy, new Invalid())).toEqual({ failure: 1 });
  });

  it('are failures where a filter throws, as it says nothing of the dependency', async () => {
    const policy = breaker(
      cockatiel.handleWhen(
        (error) => (error as { response: { status: number } }).response.status > 499,
      ),
    );
    expect(await outcomesOf(policy, new Down(), new Down())).toEqual({ failure: 2 });
  });

  it('are no rejections of a circuit or a bulkhead, which may come from inside', async () => {
    const errors = [new cockatiel.BrokenCircuitError(), new cockatiel.BulkheadRejectedError(1, 1)];
    expect(await outcomesOf(breaker(), ...errors)).toEqual({ failure: 2 });
  });

  it('are timeouts where a timeout of the stack ended the call', async () => {
    const stack = wrap(breaker(), timeout(100, TimeoutStrategy.Aggressive));
    await settled(sdk.instrument(NAME, stack).execute(() => new Promise(() => {})));
    expect((await moved(sdk))['executions']).toEqual({ timed_out: 1 });
  });

  it('are cancelled where the caller has aborted', async () => {
    const caller = new AbortController();
    const policy = sdk.instrument(NAME, breaker());
    const call = policy.execute(() => Promise.reject(new Invalid()), caller.signal);
    caller.abort();
    await settled(call);
    expect((await moved(sdk))['executions']).toEqual({ cancelled: 1 });
  });

  it('are none of what the fallback itself throws', async () => {
    const policy = wrap(
      retry(handled, { maxAttempts: 1 }),
      fallback(handled, fails(new Invalid())),
    );
    expect(await outcomesOf(policy, new Down())).toEqual({ failure: 1 });
  });
});
