import { AsyncLocalStorage } from 'node:async_hooks';
import { bulkhead, wrap } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fallbackTo, type StaleValue } from '../../src/policies/fallback/fallback-to.ts';
import type { FallbackStrategy } from '../../src/policies/members/types.ts';
import { resilient } from '../../src/policies/resilient/resilient.ts';
import { createPolicy } from '../../src/policies/stack/create-policy.ts';
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
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const policyWith = <F>(fallback: FallbackStrategy<F>) =>
  createPolicy('service', 'default', {
    fallback,
    retry: false,
    circuitBreaker: false,
    instrument: { meterProvider: sdk.provider },
  });

/** For functions whose value depends on their arguments alone, all of them primitives. */
const key = (...args: unknown[]) => JSON.stringify(args);

const fails = () => Promise.reject(new Down());

async function calls(): Promise<Record<string, unknown>> {
  const points = await sdk.points('resilience.fallback.calls');
  return Object.fromEntries(
    points
      .filter(({ value }) => value !== 0)
      .map(({ attributes, value }) => [
        `${attributes['resilience.fallback.result']} ${attributes['resilience.fallback.type']}`,
        value,
      ]),
  );
}

/** A function that answers what it is told to, and fails when it is told nothing. */
function source<T>() {
  const answers = {
    next: undefined as T | undefined,
    calls: 0,
    async ask(..._args: unknown[]): Promise<T> {
      answers.calls++;
      if (answers.next === undefined) throw new Down();
      return answers.next;
    },
  };
  return answers;
}

describe('a fixed value', () => {
  it.each([
    ['value', fallbackTo.value({ rate: 1 }), { rate: 1 }],
    ['value', fallbackTo.failOpen(), true],
    ['value', fallbackTo.failClosed(), false],
    ['value', fallbackTo.failClosed({ allowed: false }), { allowed: false }],
    ['value', fallbackTo.empty('list'), []],
    ['value', fallbackTo.empty('object'), {}],
    ['value', fallbackTo.empty('text'), ''],
    ['value', fallbackTo.empty(), undefined],
  ])('answers as %s, case %#', async (type, strategy, answer) => {
    const policy = policyWith<unknown>(strategy);
    expect(await policy.execute(fails)).toEqual(answer);
    expect(await policy.execute(() => 'fine')).toBe('fine');
    expect(await calls()).toEqual({ [`used ${type}`]: 1, [`not_used ${type}`]: 1 });
  });

  it('is not one object for all callers', async () => {
    const received = { list: [1] };
    const policy = policyWith(fallbackTo.value(received));
    received.list.push(2);
    const first = (await policy.execute(fails)) as { list: number[] };
    first.list.push(3);
    expect(await policy.execute(fails)).toEqual({ list: [1] });
  });

  it('is frozen, or the very one, if that is asked for', async () => {
    const received = { list: [1] };
    const frozen = policyWith(fallbackTo.value(received, { copy: 'freeze' }));
    const answer = (await frozen.execute(fails)) as { list: number[] };
    expect(() => answer.list.push(2)).toThrow(TypeError);
    expect(await frozen.execute(fails)).toBe(answer);
    expect(Object.isFrozen(received)).toBe(false);
    const same = policyWith(fallbackTo.value(received, { copy: 'reference' }));
    expect(await same.execute(fails)).toBe(received);
  });

  it.each<[unknown, string]>([
    [new Down(), 'Expected a value that can be cloned, got one of class Down'],
    [{ deep: [new Map([['a', new (class Worker {})()]])] }, 'got one of class Worker'],
    [() => 1, 'Expected a value that can be cloned, got a function'],
    [{ method() {} }, 'could not be cloned'],
  ])('that can not be copied is refused when it is given, case %#', (value, message) => {
    expect(() => fallbackTo.value(value)).toThrow(message);
    expect(() => fallbackTo.value(value)).toThrow(TypeError);
  });

  it('can be of maps, sets, dates, bytes and circles', async () => {
    const value = {
      map: new Map([['a', new Set([1])]]),
      at: new Date(0),
      bytes: new Uint8Array(2),
      self: {},
    };
    value.self = value;
    expect(await policyWith(fallbackTo.value(value)).execute(fails)).toEqual(value);
  });
});

describe('a function', () => {
  it('gets the failure and the arguments of the call', async () => {
    const make = vi.fn(async (_failure: unknown, id: unknown) => `instead of ${id}`);
    const policy = policyWith(fallbackTo.function(make));
    const read = resilient(policy, async (_id: string): Promise<string> => fails());
    expect(await read('w-1')).toBe('instead of w-1');
    expect(make).toHaveBeenCalledWith(expect.any(Down), 'w-1');
    expect(await calls()).toEqual({ 'used function': 1 });
  });

  it('has the last word, also when it throws', async () => {
    const policy = policyWith(
      fallbackTo.function((failure) => {
        throw new Error('nothing to offer', { cause: failure });
      }),
    );
    await expect(policy.execute(fails)).rejects.toThrow('nothing to offer');
    expect(await calls()).toEqual({ 'failed function': 1 });
  });
});

describe('a cached value', () => {
  it('answers with the last good value of the same arguments', async () => {
    const answers = source<string>();
    const read = resilient(policyWith(fallbackTo.cached({ key })), async (id: string, page = 1) => {
      if (answers.next === undefined) throw new Down();
      return `${answers.next} ${id} ${page}`;
    });
    answers.next = 'old';
    await read('a');
    answers.next = 'new';
    await read('a');
    await read('b', 2);
    answers.next = undefined;
    expect(await read('a')).toBe('new a 1');
    expect(await read('b', 2)).toBe('new b 2');
    await expect(read('b', 3)).rejects.toThrow(Down);
    expect(await calls()).toEqual({ 'not_used cached': 3, 'used cached': 2, 'failed cached': 1 });
  });

  it('answers with a value for 5 minutes from the start of its attempt', async () => {
    const from = source<string>();
    const read = resilient(policyWith(fallbackTo.cached({ key })), from.ask);
    from.next = 'there';
    await read();
    from.next = undefined;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(await read()).toBe('there');
    await vi.advanceTimersByTimeAsync(1);
    await expect(read()).rejects.toThrow(Down);
  });

  it('counts the time in which its call waited for the answer as age', async () => {
    const policy = policyWith(fallbackTo.cached({ key, maxAge: 10_000 }));
    let seconds = 8;
    const read = resilient(policy, async () => {
      if (seconds === 0) throw new Down();
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      return 'slow';
    });
    const slow = read();
    await vi.advanceTimersByTimeAsync(8000);
    await slow;
    seconds = 0;
    await vi.advanceTimersByTimeAsync(2000);
    expect(await read()).toBe('slow');
    await vi.advanceTimersByTimeAsync(1);
    await expect(read()).rejects.toThrow(Down);
  });

  it('is not younger when the clock is set back, and not when the process slept', async () => {
    const from = source<string>();
    const read = resilient(policyWith(fallbackTo.cached({ key, maxAge: 10_000 })), from.ask);
    from.next = 'there';
    await read();
    from.next = undefined;
    vi.setSystemTime(Date.now() - 60_000);
    await vi.advanceTimersByTimeAsync(9000);
    expect(await read()).toBe('there');
    await vi.advanceTimersByTimeAsync(1001);
    await expect(read()).rejects.toThrow(Down);
    from.next = 'again';
    await read();
    from.next = undefined;
    vi.setSystemTime(Date.now() + 10_001);
    await expect(read()).rejects.toThrow(Down);
  });

  it('keeps so many keys, and those that were used last', async () => {
    const from = source<string>();
    const read = resilient(policyWith(fallbackTo.cached({ key, maxKeys: 2 })), from.ask);
    from.next = 'there';
    await read('a');
    await read('b');
    from.next = undefined;
    await read('a');
    from.next = 'there';
    await read('c');
    from.next = undefined;
    expect(await read('a')).toBe('there');
    expect(await read('c')).toBe('there');
    await expect(read('b')).rejects.toThrow(Down);
  });

  it('is never an error, nor a failed result', async () => {
    let response = { ok: true, status: 200 };
    const read = resilient(policyWith(fallbackTo.cached({ key })), async () => response);
    response = { ok: false, status: 503 };
    expect(await read()).toBe(response);
    expect(await read()).toBe(response);
    expect(await calls()).toEqual({ 'failed cached': 2 });
    response = { ok: true, status: 200 };
    await read();
    response = { ok: false, status: 503 };
    expect(await read()).toEqual({ ok: true, status: 200 });
    expect(await calls()).toMatchObject({ 'used cached': 1 });
  });

  it('is not a value that may not be stored', async () => {
    const from = source<string[]>();
    const strategy = fallbackTo.cached({ key, keep: (list: string[]) => list.length > 0 });
    const read = resilient(policyWith(strategy), from.ask);
    from.next = ['good'];
    await read();
    from.next = [];
    await read();
    from.next = undefined;
    expect(await read()).toEqual(['good']);
  });

  it.each<[string, unknown]>([
    ['an error that was returned', new Error('not found')],
    ['a response that is not ok, though it is acted on by nobody', { ok: false, status: 404 }],
  ])('is not %s, unless it is asked for', async (_, bad) => {
    const from = source<unknown>();
    const read = resilient(policyWith(fallbackTo.cached({ key })), from.ask);
    from.next = bad;
    await read();
    from.next = undefined;
    await expect(read()).rejects.toThrow(Down);
    const all = resilient(policyWith(fallbackTo.cached({ key, keep: () => true })), from.ask);
    from.next = bad;
    await all();
    from.next = undefined;
    expect(await all()).toEqual(bad);
  });

  it('is not the value of an older attempt that settled later', async () => {
    const answers: ((value: string) => void)[] = [];
    let down = false;
    const read = resilient(policyWith(fallbackTo.cached({ key })), () =>
      down ? fails() : new Promise<string>((resolve) => answers.push(resolve)),
    );
    const first = read();
    await vi.advanceTimersByTimeAsync(10);
    const second = read();
    await vi.advanceTimersByTimeAsync(0);
    answers[1]?.('newer');
    await second;
    answers[0]?.('older');
    expect(await first).toBe('older');
    down = true;
    expect(await read()).toBe('newer');
  });

  it('is not changed by callers who receive it', async () => {
    const from = source<{ list: number[] }>();
    const read = resilient(policyWith(fallbackTo.cached({ key })), from.ask);
    from.next = { list: [1] };
    (await read()).list.push(2);
    from.next = undefined;
    (await read()).list.push(3);
    expect(await read()).toEqual({ list: [1] });
  });

  it('is not stored if a copy would differ, with one warning', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    class Worker {
      name = 'Ada';
    }
    const from = source<Worker>();
    const read = resilient(policyWith(fallbackTo.cached({ key })), from.ask);
    from.next = new Worker();
    expect(await read()).toBeInstanceOf(Worker);
    await read();
    from.next = undefined;
    await expect(read()).rejects.toThrow(Down);
    expect(warned.mock.calls).toEqual([
      [
        'The fallback of the policy "service" stores nothing of a call: Expected a value that can be cloned, got one of class Worker, which its copy would not have',
        'CockatielOtelWarning',
      ],
    ]);
  });

  it('is copied as the option says', async () => {
    class Worker {
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
    }
    const from = source<Worker>();
    const copy = ({ name }: Worker) => new Worker(name);
    const read = resilient(policyWith(fallbackTo.cached({ key, copy })), from.ask);
    from.next = new Worker('Ada');
    await read();
    from.next = undefined;
    const [one, second] = [await read(), await read()];
    expect(one).toEqual(new Worker('Ada'));
    expect(one).not.toBe(second);
  });
});

describe('values stored for one call', () => {
  it('never answers another function of the same policy', async () => {
    const policy = policyWith(fallbackTo.cached({ key: () => 'all' }));
    let down = false;
    const answers = (text: string) => async () => (down ? fails() : text);
    const [name, salary] = [resilient(policy, answers('Ada')), resilient(policy, answers('100'))];
    await name();
    down = true;
    expect(await name()).toBe('Ada');
    await expect(salary()).rejects.toThrow(Down);
  });

  it('never answers another instance, unless instances are alike', async () => {
    for (const perInstance of [true, false]) {
      let down = false;
      const read = resilient(
        policyWith(fallbackTo.cached({ key, perInstance })),
        async function (this: { tenant: string }): Promise<string> {
          return down ? fails() : this.tenant;
        },
      );
      await read.call({ tenant: 'a' });
      down = true;
      const second = read.call({ tenant: 'b' });
      if (perInstance) await expect(second).rejects.toThrow(Down);
      else expect(await second).toBe('a');
    }
  });

  it('never answers another policy that has the same strategy', async () => {
    const strategy = fallbackTo.cached({ key: () => 'all' });
    const [one, second] = [policyWith(strategy), policyWith(strategy)];
    await one.execute(() => 'one');
    expect(await one.execute(fails)).toBe('one');
    await expect(second.execute(fails)).rejects.toThrow(Down);
  });

  it.each<[string, (...args: never[]) => string | undefined]>([
    ['an argument', (id: string) => `worker ${id}`],
    ['a default', (id = 'a') => id],
    ['all arguments', key],
    ['a member of an argument', ({ id }: { id: string }) => id],
  ])(
    'is nothing where a policy is executed directly and the key depends on %s, with one warning',
    async (_, own) => {
      const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const policy = policyWith(fallbackTo.cached({ key: own }));
      await policy.execute(() => 'of Ada');
      await policy.execute(() => 'of Ada');
      await expect(policy.execute(fails)).rejects.toThrow(Down);
      expect(warned).toHaveBeenCalledTimes(1);
    },
  );

  it('is nothing where the key is undefined, without a warning', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const from = source<string>();
    const read = resilient(policyWith(fallbackTo.cached({ key: () => undefined })), from.ask);
    from.next = 'there';
    await read();
    from.next = undefined;
    await expect(read()).rejects.toThrow(Down);
    expect(warned).not.toHaveBeenCalled();
  });

  it('never answers another tenant, where the key names the tenant of the context', async () => {
    const tenant = new AsyncLocalStorage<string>();
    const strategy = fallbackTo.cached({ key: () => tenant.getStore() });
    let down = false;
    const payroll = async () => (down ? fails() : `payroll of ${tenant.getStore()}`);
    const wrapped = resilient(policyWith(strategy), payroll);
    const policy = policyWith(strategy);
    for (const read of [wrapped, () => policy.execute(payroll)]) {
      down = false;
      await tenant.run('a', read);
      down = true;
      expect(await tenant.run('a', read)).toBe('payroll of a');
      await expect(tenant.run('b', read)).rejects.toThrow(Down);
      await expect(read()).rejects.toThrow(Down);
    }
  });

  it('has the key of the arguments as they were when the call began', async () => {
    const query = { tenant: 'a' };
    let down = false;
    let answer: (value: string) => void = () => {};
    const read = resilient(policyWith(fallbackTo.cached({ key })), async (_query: typeof query) =>
      down ? fails() : new Promise<string>((resolve) => (answer = resolve)),
    );
    const call = read(query);
    query.tenant = 'b';
    answer('payroll of a');
    await call;
    down = true;
    await expect(read({ tenant: 'b' })).rejects.toThrow(Down);
    expect(await read({ tenant: 'a' })).toBe('payroll of a');
  });

  it('never answers for another `this`, primitives included', async () => {
    let down = false;
    const read = resilient(
      policyWith(fallbackTo.cached({ key })),
      async function (this: unknown): Promise<unknown> {
        return down ? fails() : this;
      },
    );
    await read.call('a');
    down = true;
    expect(await read.call('a')).toBe('a');
    await expect(read.call('b')).rejects.toThrow(Down);
    await expect(read.call(undefined)).rejects.toThrow(Down);
  });

  it('never answers a policy that is executed inside of a wrapped function', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const policy = policyWith(fallbackTo.cached({ key }));
    let down = false;
    const read = resilient(createPolicy('outside'), async (id: string, part: string) => {
      const inner = await policy.execute(() => (down ? fails() : part));
      return `${id} ${inner}`;
    });
    expect(await read('a', 'x')).toBe('a x');
    down = true;
    const answer = read('a', 'x').catch((error) => error);
    await vi.runAllTimersAsync();
    expect(await answer).toBeInstanceOf(Down);
  });

  it('never answers a call that has waited for it in a bulkhead of the user’s own', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const stack = wrap(bulkhead(1, 5), policyWith(fallbackTo.cached({ key })));
    let down = false;
    const read = resilient(stack, async (id: string) => (down ? fails() : `data of ${id}`));
    await Promise.all([read('a'), read('b')]);
    down = true;
    const calls = [read('a'), read('b')].map((call) => call.catch((error) => error));
    expect(await Promise.all(calls)).toEqual([expect.any(Down), expect.any(Down)]);
  });

  it('never answers a call that has waited for it in a bulkhead outside of the fallback', async () => {
    const policy = createPolicy('service', 'default', {
      order: ['bulkhead', 'fallback', 'circuitBreaker', 'overallTimeout', 'retry', 'timeout'],
      bulkhead: { limit: 1, queue: 5 },
      retry: false,
      fallback: fallbackTo.cached({ key }),
    });
    let down = false;
    const read = resilient(policy, async (id: string) => (down ? fails() : `data of ${id}`));
    expect(await Promise.all([read('a'), read('b')])).toEqual(['data of a', 'data of b']);
    down = true;
    const calls = [read('a'), read('b'), read('c')].map((call) => call.catch((error) => error));
    expect(await Promise.all(calls)).toEqual(['data of a', 'data of b', expect.any(Down)]);
  });

  it('is distinguished by long keys too', async () => {
    const from = source<string>();
    const read = resilient(policyWith(fallbackTo.cached({ key })), from.ask);
    const long = 'x'.repeat(10_000);
    from.next = 'there';
    await read(long);
    from.next = undefined;
    expect(await read(long)).toBe('there');
    await expect(read(`${long}y`)).rejects.toThrow(Down);
  });

  it('is nothing when a hook throws, and the call is answered as ever', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const broken = () => {
      throw new Error('hook');
    };
    for (const options of [{ key: broken }, { key, keep: broken }, { key, copy: broken }]) {
      const from = source<string>();
      const read = resilient(policyWith(fallbackTo.cached(options)), from.ask);
      from.next = 'there';
      expect(await read()).toBe('there');
      from.next = undefined;
      await expect(read()).rejects.toThrow(Down);
    }
  });
});

describe('a stale value', () => {
  it('reports its age to a callback and in the answer', async () => {
    const onStale = vi.fn();
    const strategy = fallbackTo.stale({
      key,
      onStale,
      answer: (rates: { EUR: number; stale?: number }, { age }) => ({
        ...rates,
        stale: age,
      }),
    });
    const from = source<{ EUR: number; stale?: number }>();
    const read = resilient(policyWith(strategy), from.ask);
    from.next = { EUR: 2 };
    expect(await read('today')).toEqual({ EUR: 2 });
    from.next = undefined;
    await vi.advanceTimersByTimeAsync(90_000);
    expect(await read('today')).toEqual({ EUR: 2, stale: 90_000 });
    expect(onStale.mock.calls).toEqual([
      [
        {
          name: 'service',
          key: '["today"]',
          age: 90_000,
          args: ['today'],
          failure: expect.any(Down),
        } satisfies StaleValue,
      ],
    ]);
    expect(await calls()).toEqual({ 'not_used stale': 1, 'used stale': 1 });
  });

  it('is at most 10 minutes old', async () => {
    const from = source<string>();
    const read = resilient(policyWith(fallbackTo.stale({ key })), from.ask);
    from.next = 'there';
    await read();
    from.next = undefined;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await read()).toBe('there');
    await vi.advanceTimersByTimeAsync(1);
    await expect(read()).rejects.toThrow(Down);
  });

  it.each<[string, () => void]>([
    [
      'throws',
      () => {
        throw new Error('listener');
      },
    ],
    ['rejects', async () => fails()],
  ])('is not spoilt by a callback that %s', async (_, onStale) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const from = source<string>();
    const read = resilient(policyWith(fallbackTo.stale({ key, onStale })), from.ask);
    from.next = 'there';
    await read();
    from.next = undefined;
    expect(await read()).toBe('there');
    vi.useRealTimers();
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe.each([3, 4] as const)('over cockatiel %s, a kept value', (major) => {
  it('answers for an error, for a failed result, and for an open circuit', async () => {
    vi.resetModules();
    vi.doMock('cockatiel', () =>
      major === 3 ? import('cockatiel3') : vi.importActual('cockatiel'),
    );
    const room = await import('../../src/policies/index.ts');
    const policy = room.createPolicy('majors', 'default', {
      fallback: room.fallbackTo.cached({ key }),
      retry: false,
      circuitBreaker: { consecutiveFailures: 2 },
    });
    let ask: () => unknown = () => ({ ok: true, status: 200 });
    const read = room.resilient(policy, async (_id: string) => ask());
    const retained = await read('a');
    ask = fails;
    expect(await read('a')).toEqual(retained);
    ask = () => ({ ok: false, status: 503 });
    expect(await read('a')).toEqual(retained);
    expect(policy.circuitBreaker?.state).toBe(1);
    ask = vi.fn();
    expect(await read('a')).toEqual(retained);
    await expect(read('b')).rejects.toMatchObject({ isBrokenCircuitError: true });
    expect(ask).not.toHaveBeenCalled();
    vi.doUnmock('cockatiel');
    vi.resetModules();
  });
});

describe('invalid options', () => {
  it.each<[object, string]>([
    [{ maxAge: 0 }, 'Expected `maxAge` to be finite milliseconds above 0, got 0'],
    [{ maxAge: '5' }, 'Expected `maxAge` to be finite milliseconds above 0, got "5"'],
    [{ maxAge: Number.NaN }, 'Expected `maxAge` to be finite milliseconds above 0, got NaN'],
    [{ maxKeys: 1.5 }, 'Expected `maxKeys` to be an integer of at least 1, got 1.5'],
    [
      { key: 'id' },
      'Expected `key` to be a function that makes the key of a call from its arguments, such as `(id) => id`, got "id"',
    ],
    [{ keep: true }, 'Expected `keep` to be a function, got true'],
    [
      { copy: 'deep' },
      "Expected `copy` to be 'clone', 'freeze', 'reference' or a function, got \"deep\"",
    ],
    [{ perInstance: 1 }, 'Expected `perInstance` to be a boolean, got 1'],
  ])('%j', (options, message) => {
    expect(() => fallbackTo.cached({ key, ...options })).toThrow(new TypeError(message));
    expect(() => fallbackTo.stale({ key, ...options })).toThrow(new TypeError(message));
  });

  it.each(['cached', 'stale'] as const)('no `key` of %s', (type) => {
    const message =
      'Expected `key` to be a function that makes the key of a call from its arguments, such as `(id) => id`, got undefined';
    for (const options of [{}, undefined]) {
      expect(() => fallbackTo[type as 'cached'](options as never)).toThrow(new TypeError(message));
    }
  });
});
