import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ConsecutiveBreaker, circuitBreaker, handleAll, noop, retry } from 'cockatiel';
import { afterEach, beforeAll, beforeEach, describe, expect, expectTypeOf, it, vi } from 'vitest';
import {
  createPolicy,
  fallbackTo,
  policyFor,
  policyRegistry,
  resilient,
  resilientMethod,
} from '../../src/policies/index.ts';
import type { decorated } from './decorated.ts';
import { COMPILERS, LEGACY_COMPILERS, type Legacy } from './decorated-by.ts';

class Down extends Error {
  readonly status = 503;
}

const NAME = 'servicenow';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  policyRegistry.dispose();
  vi.useRealTimers();
});

async function settled<T>(answer: Promise<T>): Promise<T | { readonly error: unknown }> {
  const caught = answer.catch((error: unknown) => ({ error }));
  await vi.runAllTimersAsync();
  return caught;
}

/** Fails so often, and then answers. */
function failing(times: number) {
  return vi.fn(async (..._args: unknown[]) => {
    if (times-- > 0) throw new Down();
    return 'there';
  });
}

describe('a resilient function', () => {
  it('goes through the policy of its name, which it makes', async () => {
    const fn = failing(2);
    const read = resilient(NAME, fn, { preset: 'enterprise' });
    expect(policyRegistry.list(NAME)).toMatchObject([{ name: NAME, preset: 'enterprise' }]);
    expect(await settled(read())).toBe('there');
    expect(fn).toHaveBeenCalledTimes(3);
  });

  it('shares the policy of its name with others', async () => {
    const down = resilient(NAME, failing(Number.POSITIVE_INFINITY));
    const fine = resilient(NAME, failing(0));
    for (let call = 1; call <= 5; call++) await settled(down());
    expect(policyFor(NAME).circuitBreaker?.state).toBe(1);
    expect(await settled(fine())).toMatchObject({ error: { isBrokenCircuitError: true } });
  });

  it('keeps this, arguments, name and length', async () => {
    const seen: unknown[] = [];
    function read(this: unknown, id: string, page: number) {
      seen.push(this, id, page, arguments.length);
      return `${id} ${page}`;
    }
    const wrapped = resilient(NAME, read);
    const self = { wrapped };
    expect(await self.wrapped('a', 1)).toBe('a 1');
    expect(seen).toEqual([self, 'a', 1, 2]);
    expect(wrapped.name).toBe('read');
    expect(wrapped.length).toBe(2);
  });

  it('replaces the caller’s signal by the policy’s for each attempt', async () => {
    const signals: AbortSignal[] = [];
    const policy = createPolicy('limited', 'default', {
      timeout: { duration: 1000 },
      retry: { calls: 2 },
    });
    const read = resilient(policy, (_id: string, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<string>(() => {});
    });
    const caller = new AbortController();
    await settled(read('a', caller.signal));
    expect(signals).toHaveLength(2);
    expect(signals).not.toContain(caller.signal);
    expect(signals.every((signal) => signal.aborted)).toBe(true);
    expect(caller.signal.aborted).toBe(false);
  });

  it('is called off by the signal that it was given last', async () => {
    const read = resilient(NAME, failing(Number.POSITIVE_INFINITY));
    const caller = new AbortController();
    const answer = read('a', caller.signal).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10);
    const reason = new Error('the client has gone');
    caller.abort(reason);
    expect(await answer).toBe(reason);
  });

  it('does not replace a signal that is not the last argument, nor add one', async () => {
    const fn = vi.fn((..._args: unknown[]) => 1);
    const read = resilient(NAME, fn);
    const { signal } = new AbortController();
    await read(signal, 'a');
    await read();
    expect(fn.mock.calls).toEqual([[signal, 'a'], []]);
  });

  it('answers with a promise whatever it does', async () => {
    expect(await resilient(noop, () => 1)()).toBe(1);
    const thrown = resilient(noop, () => {
      throw new Down();
    });
    await expect(thrown()).rejects.toThrow(Down);
  });

  it('takes a policy of one’s own, also cockatiel’s', async () => {
    const fn = failing(1);
    expect(await settled(resilient(retry(handleAll, { maxAttempts: 1 }), fn)())).toBe('there');
    expect(fn).toHaveBeenCalledTimes(2);
    expect(() => resilient(noop, fn, { preset: 'http' })).toThrow(
      new TypeError('Expected no `options` beside a policy, got an object'),
    );
  });

  it('has a policy for each key of its arguments', async () => {
    const read = resilient(NAME, async (url: string, _id: number) => url, { key: (url) => url });
    expect(policyRegistry.list(NAME)).toEqual([]);
    await read('http://a', 1);
    await read('http://b', 2);
    await read('http://a', 3);
    expect(policyRegistry.list(NAME).map(({ key }) => key)).toEqual(
      expect.arrayContaining(['http://a', 'http://b']),
    );
    expect(policyRegistry.list(NAME)).toHaveLength(2);
  });

  it('checks its options at once, although keyed policies are created later', () => {
    const key = (url: string) => url;
    const fn = async (url: string) => url;
    expect(() => resilient(NAME, fn, { key, preset: 'none' as never })).toThrow('`preset` to be');
    const wrong = { retry: { calls: 0 } };
    expect(() => resilient(NAME, fn, { key, overrides: wrong })).toThrow('overrides.retry.calls');
    expect(() => resilient(NAME, fn, { key, overrides: [] as never })).toThrow('`overrides` to be');
    vi.stubEnv('RESILIENCE_TIMEOUT_SERVICENOW', 'x');
    expect(() => resilient(NAME, fn, { key })).toThrow('RESILIENCE_TIMEOUT_SERVICENOW');
    vi.unstubAllEnvs();
    resilient(NAME, fn, { key, preset: 'http', overrides: { retry: false } });
    expect(policyRegistry.list(NAME)).toEqual([]);
    expect(() => resilient(NAME, fn, { key, preset: 'auth' })).toThrow('to be http, as before');
    expect(() => resilient(NAME, fn, { key, overrides: { timeout: false } })).toThrow('given once');
  });

  it('may be given overrides that are alike', () => {
    const handle = () => true;
    const delays = () => [1000, 2000];
    const overrides = () => ({ handle, retry: { delays: delays() }, timeout: false as const });
    resilient(NAME, failing(0), { overrides: overrides() });
    resilient(NAME, failing(0), { overrides: overrides() });
    for (const second of [
      { ...overrides(), handle: () => true },
      { ...overrides(), retry: { delays: [1000, 3000] } },
      { handle, timeout: false as const },
    ]) {
      expect(() => resilient(NAME, failing(0), { overrides: second })).toThrow('given once');
    }
  });

  it('rejects if `key` throws', async () => {
    const broken = () => {
      throw new Down();
    };
    const read = resilient(NAME, async (_url: string) => 'there', { key: broken });
    await expect(read('http://a')).rejects.toThrow(Down);
    const wrong = resilient(NAME, async (_url: string) => 'there', { key: () => 1 as never });
    await expect(wrong('http://a')).rejects.toThrow('Expected `key` to be a string, got 1');
  });

  it('creates a new policy after `dispose`', async () => {
    const read = resilient(NAME, failing(0), { preset: 'http' });
    const before = policyFor(NAME);
    policyRegistry.dispose(NAME);
    expect(await read()).toBe('there');
    expect(policyFor(NAME)).not.toBe(before);
    expect(policyFor(NAME).preset).toBe('http');
  });

  it('refuses other overrides than the policy has, which would be forgotten in silence', () => {
    const overrides = { fallback: fallbackTo.empty<never>('nothing') };
    resilient(NAME, failing(0), { overrides });
    resilient(NAME, failing(0), { overrides });
    resilient(NAME, failing(0));
    expect(() => resilient(NAME, failing(0), { overrides: { retry: false } })).toThrow(
      'Expected the overrides of "servicenow" to be given once',
    );
    policyFor('other');
    expect(() => resilient('other', failing(0), { overrides })).toThrow('to be given once');
  });

  it.each<[unknown[], string]>([
    [['', () => {}], 'Expected `name` to be a non-empty string, got ""'],
    [[1, () => {}], 'Expected `name` to be a name or a policy, got 1'],
    [[null, () => {}], 'Expected `name` to be a name or a policy, got null'],
    [[NAME, () => {}, 'http'], 'Expected `options` to be an object, got "http"'],
    [
      [NAME, () => {}, { presets: 'http' }],
      'Expected `options` to have only key, preset, overrides, got `presets`',
    ],
    [[NAME, () => {}, { key: 1 }], 'Expected `options.key` to be a string or a function, got 1'],
    [[NAME, 'fn', {}], 'Expected `fn` to be a function, got "fn"'],
    [
      [NAME, async function* () {}],
      'Expected a function that returns a value or a promise, got a generator: its work begins when it is read, outside of any policy',
    ],
    [
      [NAME, function* () {}],
      'Expected a function that returns a value or a promise, got a generator: its work begins when it is read, outside of any policy',
    ],
  ])('refuses %j', (args, message) => {
    expect(() => (resilient as (...all: unknown[]) => unknown)(...args)).toThrow(
      new TypeError(message),
    );
  });

  it('has the type of the wrapped function: overloads, type parameters and `this`', () => {
    function overloaded(id: string): Promise<string>;
    function overloaded(id: number): Promise<number>;
    async function overloaded(id: string | number): Promise<string | number> {
      return id;
    }
    const generic = async <T>(value: T): Promise<T[]> => [value];
    expectTypeOf(resilient(NAME, overloaded)).toEqualTypeOf<typeof overloaded>();
    const same: typeof generic = resilient(NAME, generic);
    expectTypeOf(same<1>).returns.resolves.toEqualTypeOf<1[]>();
    expectTypeOf(resilient(NAME, (id: string, ..._more: number[]) => id.length)).toEqualTypeOf<
      (id: string, ..._more: number[]) => Promise<number>
    >();
    const bound = resilient(NAME, function (this: { url: string }, id: string) {
      return this.url + id;
    });
    expectTypeOf<ThisParameterType<typeof bound>>().toEqualTypeOf<{ url: string }>();
  });
});

describe.each(COMPILERS)('a resilient method, compiled by %s', (_, compile) => {
  let made: ReturnType<typeof decorated>;
  beforeAll(async () => {
    made = (await compile()).decorated(resilientMethod);
  });

  it('runs on its instance, with its arguments and its private fields', async () => {
    const { Client } = made;
    expect(await new Client('a/').read('1')).toBe('a/1!');
    expect(await new Client('b/').read('2')).toBe('b/2!');
    expect(Client.prototype.read.name).toBe('read');
    expect(Client.prototype.read.length).toBe(2);
  });

  it('is tried again', async () => {
    const client = new made.Client('a/');
    client.failures = 2;
    expect(await settled(client.read('1'))).toBe('a/1!');
  });

  it('can be static, private, or named by a symbol', async () => {
    const { Client, Special } = made;
    expect(await Client.make('a/')).toBeInstanceOf(Client);
    expect(await Special.make('a/')).toBeInstanceOf(Special);
    expect(await new Client('a/').reveal('1')).toBe('!1');
    expect(await new Client('a/').named()).toBe('a/');
  });

  it('is inherited, and called through `super`', async () => {
    expect(await new made.Special('a/').read('1')).toBe('special a/1!');
  });

  it('shares its policy with all instances and classes', async () => {
    const one = new made.Client('a/');
    one.failures = Number.POSITIVE_INFINITY;
    for (let call = 1; call <= 5; call++) await settled(one.read('1'));
    expect(policyRegistry.list(NAME)).toHaveLength(1);
    expect(await settled(new made.Special('b/').read('1'))).toMatchObject({
      error: { isBrokenCircuitError: true },
    });
  });

  it('has values of its own for each instance, in a fallback that keeps them', async () => {
    const policy = createPolicy('kept', 'default', {
      fallback: fallbackTo.cached({ key: () => '' }),
      retry: false,
    });
    const Tenant = made.tenantOf(policy);
    const [one, second, third] = [new Tenant('a'), new Tenant('b'), new Tenant('c')];
    await one.name();
    await second.name();
    Tenant.down = true;
    expect([await one.name(), await second.name()]).toEqual(['a', 'b']);
    await expect(third.name()).rejects.toThrow('down');
  });

  it('is no getter and no field', () => {
    const refused = (what: string) =>
      new TypeError(`Expected \`@resilientMethod\` on a method, got the ${what} \`x\``);
    expect(made.onGetter).toThrow(refused('getter'));
    expect(made.onField).toThrow(refused('field'));
  });

  it('that was not asynchronous becomes so, against which its type warns', () => {
    expect(new made.Sync().read()).toBeInstanceOf(Promise);
  });
});

describe.each(LEGACY_COMPILERS)(
  'a resilient method, compiled with `experimentalDecorators` by %s',
  (_, compile) => {
    let made: ReturnType<Legacy['decorated']>;
    let pathOf: Legacy['pathOf'];
    beforeAll(async () => {
      const module = await compile();
      made = module.decorated(resilientMethod);
      pathOf = module.pathOf;
    });

    it('runs on its instance through its policy, and is inherited', async () => {
      const { Client, Special } = made;
      const client = new Client('a/');
      client.failures = 2;
      expect(await settled(client.read('1'))).toBe('a/1!');
      expect(await settled(new Special('b/').read('1'))).toBe('special b/1!');
      expect(await Client.make('a/')).toBeInstanceOf(Client);
      expect(await client.named()).toBe('a/');
      expect(Client.prototype.read.name).toBe('read');
      client.failures = Number.POSITIVE_INFINITY;
      for (let call = 1; call <= 5; call++) await settled(client.read('1'));
      expect(policyFor(NAME).circuitBreaker?.state).toBe(1);
    });

    it('keeps its descriptor, and works with other decorators in any order', async () => {
      const { prototype } = made.Client;
      expect(Object.getOwnPropertyDescriptor(prototype, 'read')).toMatchObject({
        enumerable: false,
        writable: true,
        configurable: true,
      });
      expect([pathOf(prototype.read), pathOf(prototype.write)]).toEqual(['/inside', '/outside']);
      expect(await new made.Client('a/').write('1')).toBe('a/1');
    });

    it('is no getter and no field, and becomes asynchronous', () => {
      expect(made.onGetter).toThrow('on a method, got the getter `x`');
      expect(made.onField).toThrow('on a method, got the field `x`');
      expect(new made.Sync().read()).toBeInstanceOf(Promise);
    });
  },
);

it('the types of the decorator fit `experimentalDecorators`', async () => {
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'test/policies/legacy', '--noEmit'];
  const { stdout } = await promisify(execFile)(process.execPath, tsc).catch((error) => error);
  expect(stdout).toBe('');
}, 120_000);

describe('the decorator', () => {
  const decorate = resilientMethod('decorator') as unknown as (
    value: unknown,
    context: unknown,
  ) => unknown;

  it.each(['getter', 'setter', 'field', 'accessor', 'class'])('refuses a %s', (kind) => {
    expect(() => decorate(() => {}, { kind, name: 'x' })).toThrow(
      new TypeError(`Expected \`@resilientMethod\` on a method, got the ${kind} \`x\``),
    );
  });

  it.each<[string, unknown[]]>([
    ['class `Client`', [class Client {}]],
    ['field `read`', [{}, 'read', undefined]],
    ['field `read`', [{}, 'read', { value: 1 }]],
    ['getter `read`', [{}, 'read', { get: () => 1 }]],
    ['setter `read`', [{}, 'read', { set: () => {} }]],
    ['parameter 1 of `read`', [{}, 'read', 1]],
  ])('of `experimentalDecorators` refuses a %s', (what, args) => {
    expect(() => (decorate as (...all: unknown[]) => unknown)(...args)).toThrow(
      new TypeError(`Expected \`@resilientMethod\` on a method, got the ${what}`),
    );
  });
});

describe('breakers of one’s own', () => {
  it('are shared by whoever is wrapped with them', async () => {
    const breaker = circuitBreaker(handleAll, {
      halfOpenAfter: 1000,
      breaker: new ConsecutiveBreaker(1),
    });
    await resilient(breaker, failing(1))().catch(() => {});
    await expect(resilient(breaker, failing(0))()).rejects.toMatchObject({
      isBrokenCircuitError: true,
    });
  });
});
