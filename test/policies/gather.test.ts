import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gather } from '../../src/policies/gather/gather.ts';
import type { GatherOptions } from '../../src/policies/gather/types.ts';
import { TestSdk } from '../support/metrics.ts';

const NAME = 'employee-profile';

class Down extends Error {}

const never = () => new Promise<never>(() => {});
const fails = () => Promise.reject(new Down());

let sdk: TestSdk;
beforeEach(() => {
  vi.useFakeTimers();
  sdk = new TestSdk();
});
afterEach(() => void vi.useRealTimers());

const options = (more: GatherOptions<never> = {}): GatherOptions<never> => ({
  name: NAME,
  meterProvider: sdk.provider,
  ...more,
});

/** The series of the two metrics that are not zero, by status and by `part outcome`. */
async function moved(): Promise<Record<string, unknown>> {
  const points = [
    ...(await sdk.points('resilience.degradation.calls')),
    ...(await sdk.points('resilience.degradation.parts')),
  ].filter(({ value }) => value !== 0);
  return Object.fromEntries(
    points.map(({ attributes, value }) => {
      const { 'resilience.degradation.name': name, ...others } = attributes;
      expect(name).toBe(NAME);
      return [Object.values(others).join(' '), value];
    }),
  );
}

describe('gather', () => {
  it('returns every part by its name', async () => {
    const answer = await gather({ workday: () => 1, ad: async () => 'two' }, options());
    expect(answer).toEqual({
      status: 'complete',
      results: { workday: 1, ad: 'two' },
      available: ['workday', 'ad'],
      failed: {},
    });
    expect(await moved()).toEqual({ complete: 1, 'workday success': 1, 'ad success': 1 });
  });

  it('runs the parts side by side', async () => {
    const slow = (ms: number) => () => new Promise((resolve) => setTimeout(resolve, ms, ms));
    const before = Date.now();
    const answer = gather({ a: slow(300), b: slow(500), c: slow(400) }, options());
    await vi.runAllTimersAsync();
    expect((await answer).results).toEqual({ a: 300, b: 500, c: 400 });
    expect(Date.now() - before).toBe(500);
  });

  it('returns the available parts, and the reasons of the missing ones', async () => {
    const error = new Down();
    const answer = await gather(
      { workday: () => 'there', ad: () => Promise.reject(error) },
      options(),
    );
    expect(answer).toEqual({
      status: 'partial',
      results: { workday: 'there' },
      available: ['workday'],
      failed: { ad: { outcome: 'failure', error } },
    });
    expect(await moved()).toEqual({ partial: 1, 'workday success': 1, 'ad failure': 1 });
  });

  it.each<[number | string[], string]>([
    [0, 'partial'],
    [1, 'partial'],
    [2, 'failed'],
    [3, 'failed'],
    [['a'], 'partial'],
    [['b'], 'failed'],
    [['a', 'b'], 'failed'],
    [[], 'partial'],
  ])(
    'needs a minimum of %j of the parts, of which only a is there: %s',
    async (minimum, status) => {
      const answer = await gather(
        { a: () => 1, b: fails, c: fails },
        options({ minimum: minimum as number }),
      );
      expect(answer.status).toBe(status);
      expect(await moved()).toMatchObject({ [status]: 1 });
    },
  );

  it('has failed when there is nothing, and is complete when nothing was asked for', async () => {
    expect((await gather({ a: fails }, options())).status).toBe('failed');
    expect((await gather({}, options())).status).toBe('complete');
  });

  it('has a part that is there with nothing in it', async () => {
    const answer = await gather({ a: () => undefined, b: () => null }, options());
    expect(answer.available).toEqual(['a', 'b']);
    expect(answer.results).toEqual({ a: undefined, b: null });
  });

  it('aborts each part after its timeout', async () => {
    let received: AbortSignal | undefined;
    const answer = gather(
      {
        fast: () => 'there',
        slow({ signal }) {
          received = signal;
          return never();
        },
      },
      options({ timeout: 5000 }),
    );
    await vi.advanceTimersByTimeAsync(4999);
    expect(received?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toMatchObject({
      status: 'partial',
      failed: {
        slow: { outcome: 'timed_out', error: { message: 'Operation timed out after 5000ms' } },
      },
    });
    expect(received?.aborted).toBe(true);
    expect(await moved()).toEqual({ partial: 1, 'fast success': 1, 'slow timed_out': 1 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits 30 s by default', async () => {
    const answer = gather({ slow: never }, options());
    let there = false;
    void answer.then(() => {
      there = true;
    });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(there).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await answer).failed.slow?.outcome).toBe('timed_out');
  });

  it('leaves no timer behind, and sets none where it may wait for ever', async () => {
    await gather({ a: () => 1 }, options({ timeout: 5000 }));
    expect(vi.getTimerCount()).toBe(0);
    void gather({ a: never }, options({ timeout: false }));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with its caller, and is not counted then, but its parts are', async () => {
    const caller = new AbortController();
    const signals: AbortSignal[] = [];
    const slow = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return never();
    };
    const answer = gather({ fast: () => 1, a: slow, b: slow }, options({ signal: caller.signal }));
    await vi.advanceTimersByTimeAsync(10);
    const reason = new Error('the client has gone');
    caller.abort(reason);
    expect(await answer).toEqual({
      status: 'partial',
      results: { fast: 1 },
      available: ['fast'],
      failed: {
        a: { outcome: 'cancelled', error: reason },
        b: { outcome: 'cancelled', error: reason },
      },
    });
    expect(signals.map((signal) => signal.reason)).toEqual([reason, reason]);
    expect(await moved()).toEqual({ 'fast success': 1, 'a cancelled': 1, 'b cancelled': 1 });
  });

  it('calls nothing for a caller that has gone before', async () => {
    const part = vi.fn();
    const signal = AbortSignal.abort();
    expect((await gather({ part }, options({ signal }))).failed.part?.outcome).toBe('cancelled');
    expect(part).not.toHaveBeenCalled();
  });

  it.each<[string, () => unknown]>([
    [
      'throws at once',
      () => {
        throw new Down();
      },
    ],
    ['rejects', fails],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
    ],
    [
      'returns a thenable that rejects',
      () => ({ then: (_: unknown, no: (e: unknown) => void) => no(1) }),
    ],
    [
      'returns a thenable that throws',
      () => ({
        then() {
          throw new Down();
        },
      }),
    ],
    [
      'has a then that throws when it is read',
      () => ({
        get then() {
          throw new Down();
        },
      }),
    ],
    [
      'rejects with what throws when it is looked at',
      () =>
        Promise.reject(
          new Proxy(
            {},
            {
              get() {
                throw new Down();
              },
              has() {
                throw new Down();
              },
            },
          ),
        ),
    ],
    [
      'returns a promise whose constructor throws',
      () =>
        Object.defineProperty(Promise.resolve(), 'constructor', {
          get() {
            throw new Down();
          },
        }),
    ],
    [
      'rejects with a revoked proxy',
      () => {
        const { proxy, revoke } = Proxy.revocable({}, {});
        revoke();
        return Promise.reject(proxy);
      },
    ],
  ])('is not harmed by a part that %s', async (_, hostile) => {
    const { status, available, failed } = await gather({ good: () => 1, hostile }, options());
    expect({ status, available }).toEqual({ status: 'partial', available: ['good'] });
    expect(failed.hostile?.outcome).toBe('failure');
  });

  it('uses the first settlement of a thenable that settles twice', async () => {
    const part = () => ({
      then(yes: (value: unknown) => void, no: (error: unknown) => void) {
        yes('first');
        no(new Down());
        throw new Down();
      },
    });
    expect((await gather({ part }, options())).results).toEqual({ part: 'first' });
  });

  it('ignores a part that fails after `gather` returned', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const part = () => new Promise((_, reject) => setTimeout(reject, 2000, new Down()));
    const answer = gather({ part }, options({ timeout: 1000 }));
    await vi.runAllTimersAsync();
    expect((await answer).failed.part?.outcome).toBe('timed_out');
    vi.useRealTimers();
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('takes names that an object has of its own', async () => {
    const parts = { toString: () => 1, constructor: () => 2, ['__proto__']: () => 3 };
    const { results, available } = await gather(parts, options());
    expect(available).toEqual(['toString', 'constructor', '__proto__']);
    expect(Object.entries(results)).toEqual([
      ['toString', 1],
      ['constructor', 2],
      ['__proto__', 3],
    ]);
  });

  it.each<[unknown, unknown, string]>([
    [[], {}, 'Expected `parts` to be an object of functions, got an array'],
    [{ a: 1 }, {}, 'Expected `parts["a"]` to be a function, got 1'],
    [
      {},
      { timeout: '5 s' },
      'Expected `options.timeout` to be milliseconds from 1 to 2147483647, or false, got "5 s"',
    ],
    [
      {},
      { timeout: 0 },
      'Expected `options.timeout` to be milliseconds from 1 to 2147483647, or false, got 0',
    ],
    [
      {},
      { minimum: 2 },
      'Expected `options.minimum` to be a list of names, or a number of the 0 parts, got 2',
    ],
    [{ a() {} }, { minimum: ['b'] }, 'Expected `options.minimum` to name parts: a, got "b"'],
    [{}, { name: '' }, 'Expected `name` to be a non-empty string, got ""'],
    [{}, { signal: {} }, 'Expected `options.signal` to be an AbortSignal, got an object'],
    [
      {},
      { timeOut: {} },
      'Expected `options` to have only name, timeout, minimum, signal, policies, meterProvider, got `timeOut`',
    ],
  ])('refuses %j with %j', (parts, received, message) => {
    expect(() => gather(parts as never, received as never)).toThrow(new TypeError(message));
  });
});

describe('the metrics of gather', () => {
  it('are born at zero with the first of a name, for every part and outcome', async () => {
    void gather({ a: never, b: never }, options());
    const calls = await sdk.points('resilience.degradation.calls');
    expect(
      calls.map(({ value, attributes }) => [attributes['resilience.degradation.status'], value]),
    ).toEqual([
      ['complete', 0],
      ['partial', 0],
      ['failed', 0],
    ]);
    const parts = await sdk.points('resilience.degradation.parts');
    expect(parts).toHaveLength(12);
    expect(new Set(parts.map(({ value }) => value))).toEqual(new Set([0]));
  });

  it('have series for 50 parts at most', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `part-${index}`);
    await gather(Object.fromEntries(names.map((name) => [name, () => 1])), options());
    const numbers = await moved();
    expect(numbers['part-49 success']).toBe(1);
    expect(numbers['part-50 success']).toBeUndefined();
    expect(numbers['_OTHER success']).toBe(10);
  });

  it('are counted on after a collection, and are no policies', async () => {
    await gather({ a: () => 1 }, options());
    await sdk.collect();
    await gather({ a: () => 1 }, options());
    expect(await moved()).toEqual({ complete: 2, 'a success': 2 });
    expect(await sdk.points('resilience.telemetry.errors')).toEqual([]);
    expect(await sdk.points('resilience.executions')).toEqual([]);
  });
});
