import { afterEach, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  fallbackTo,
  type GatherOptions,
  gather,
  type PolicyOverrides,
  policyFor,
  policyRegistry,
  resilient,
} from '../../src/policies/index.ts';
import { TestSdk } from '../support/metrics.ts';

class Down extends Error {
  readonly status = 503;
}

let sdk: TestSdk;
beforeEach(() => {
  vi.useFakeTimers();
  sdk = new TestSdk();
});
afterEach(() => {
  policyRegistry.dispose();
  vi.useRealTimers();
});

const options = (more: GatherOptions<never> = {}): GatherOptions<never> => ({
  meterProvider: sdk.provider,
  ...more,
});

const register = <F>(name: string, overrides: PolicyOverrides<F> = {}) =>
  policyFor(name, {
    overrides: { retry: false, ...overrides, instrument: { meterProvider: sdk.provider } },
  });

const fails = () => Promise.reject(new Down());
const never = () => new Promise<never>(() => {});

async function settled<T>(answer: Promise<T>): Promise<T> {
  await vi.runAllTimersAsync();
  return answer;
}

describe('a part that has a policy of its name', () => {
  it('goes through it, and others do not', async () => {
    register('workday', { retry: { calls: 3 } });
    const [workday, ad] = [vi.fn(fails), vi.fn(fails)];
    const { failed } = await settled(gather({ workday, ad }, options()));
    expect([workday.mock.calls.length, ad.mock.calls.length]).toEqual([3, 1]);
    expect(failed.workday?.error).toBeInstanceOf(Down);
  });

  it('does not, if policies are not wanted', async () => {
    register('workday', { retry: { calls: 3 } });
    const workday = vi.fn(fails);
    await settled(gather({ workday }, options({ policies: false })));
    expect(workday).toHaveBeenCalledTimes(1);
  });

  it('goes through it once, also if it is resilient by itself', async () => {
    register('workday', { retry: { calls: 3 } });
    const fn = vi.fn(fails);
    const workday = resilient('workday', fn);
    await settled(gather({ workday: () => workday() }, options()));
    expect(fn).toHaveBeenCalledTimes(3);
    fn.mockClear();
    await settled(gather({ workday: () => workday() }, options({ policies: false })));
    expect(fn).toHaveBeenCalledTimes(3);
  });

  it('is rejected at once while its circuit is open, and costs the others nothing', async () => {
    const policy = register('workday');
    policy.isolate();
    const workday = vi.fn();
    const { status, failed } = await gather({ workday, ad: () => 1 }, options());
    expect(workday).not.toHaveBeenCalled();
    expect(status).toBe('partial');
    expect(failed.workday).toMatchObject({
      outcome: 'rejected',
      error: { isIsolatedCircuitError: true },
    });
  });

  it.each(['aggressive', 'optimistic'] as const)(
    'is `timed_out` after a timeout of its policy with the strategy %s',
    async (strategy) => {
      register('workday', { timeout: { duration: 1000, strategy } });
      const workday = ({ signal }: { signal: AbortSignal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        });
      const { failed } = await settled(gather({ workday }, options()));
      expect(failed.workday?.outcome).toBe('timed_out');
    },
  );

  it('has timed out also if it does not listen', async () => {
    register('workday', { timeout: { duration: 1000 } });
    const { failed } = await settled(gather({ workday: never }, options({ timeout: false })));
    expect(failed.workday).toMatchObject({
      outcome: 'timed_out',
      error: { isTaskCancelledError: true },
    });
  });

  it('has not timed out if it failed when it was tried again', async () => {
    register('workday', { timeout: { duration: 1000 }, retry: { calls: 2 } });
    let calls = 0;
    const workday = async () => {
      if (++calls > 1) throw new Down();
      return never();
    };
    const { failed } = await settled(gather({ workday }, options()));
    expect([calls, failed.workday?.outcome]).toEqual([2, 'failure']);
  });

  it('is answered by its fallback, which is distinct from a success', async () => {
    register('workday', { fallback: fallbackTo.value('instead') });
    const { status, results } = await gather({ workday: fails, ad: () => 1 }, options());
    expect({ status, results }).toEqual({
      status: 'complete',
      results: { workday: 'instead', ad: 1 },
    });
    const outcome = { 'resilience.outcome': 'fallback' };
    expect(
      await sdk.value('resilience.degradation.parts', {
        ...outcome,
        'resilience.degradation.part': 'workday',
      }),
    ).toBe(1);
    expect(
      await sdk.value('resilience.degradation.parts', {
        ...outcome,
        'resilience.degradation.part': 'ad',
      }),
    ).toBe(0);
    expect(await sdk.value('resilience.executions', outcome)).toBe(1);
  });

  it('is a success if only a policy inside of it fell back', async () => {
    register('workday');
    const inside = register('inside', { fallback: fallbackTo.value('instead') });
    await gather({ workday: () => inside.execute(fails) }, options());
    expect(
      await sdk.value('resilience.degradation.parts', { 'resilience.outcome': 'success' }),
    ).toBe(1);
  });

  it('keeps nothing that another part, or another caller, could get', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    register('workday', { fallback: fallbackTo.cached({ key: (...args) => String(args) }) });
    await gather({ workday: () => 'of Ada' }, options());
    const { failed } = await gather({ workday: fails }, options());
    expect(failed.workday?.outcome).toBe('failure');
  });

  it('is not retried after its caller aborted', async () => {
    register('workday', { retry: { calls: 3 } });
    const workday = vi.fn(fails);
    const caller = new AbortController();
    const answer = gather({ workday }, options({ signal: caller.signal }));
    await vi.advanceTimersByTimeAsync(10);
    caller.abort();
    expect((await settled(answer)).failed.workday?.outcome).toBe('cancelled');
    expect(workday).toHaveBeenCalledTimes(1);
  });

  it('is not retried after `gather` returned', async () => {
    register('workday', {
      retry: { calls: 3, strategy: 'fixed', initialDelay: 5000, jitter: false },
    });
    const workday = vi.fn(fails);
    const answer = await settled(gather({ workday }, options({ timeout: 2000 })));
    expect(answer.failed.workday?.outcome).toBe('timed_out');
    expect(workday).toHaveBeenCalledTimes(1);
  });
});

describe('the type of gathered results', () => {
  it('has the result of each part, and those it needs unless it failed', async () => {
    const parts = { workday: async () => 1, ad: () => 'two', entra: () => [3] };
    const answer = await gather(parts, { minimum: ['workday'], meterProvider: sdk.provider });
    if (answer.status === 'complete') {
      expectTypeOf(answer.results).toEqualTypeOf<{
        readonly workday: number;
        readonly ad: string;
        readonly entra: number[];
      }>();
    } else if (answer.status === 'partial') {
      expectTypeOf(answer.results.workday).toEqualTypeOf<number>();
      expectTypeOf(answer.results.ad).toEqualTypeOf<string | undefined>();
    } else {
      expectTypeOf(answer.results.workday).toEqualTypeOf<number | undefined>();
    }
    expectTypeOf(answer.available).toEqualTypeOf<readonly ('workday' | 'ad' | 'entra')[]>();
    // @ts-expect-error there is no such part
    expect(() => gather(parts, { minimum: ['jamf'] })).toThrow(TypeError);
    // @ts-expect-error a part is a function
    expect(() => gather({ workday: 1 })).toThrow(TypeError);
  });
});
