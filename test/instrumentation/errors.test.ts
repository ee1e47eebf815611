import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { majors } from '../support/cockatiel.ts';
import { TestSdk } from '../support/metrics.ts';
import { Down, fails, moved, NAME, settled } from './support.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const timedOut = AbortSignal.timeout(0);
await once(timedOut, 'abort');

const LONG_NAME = 'L'.repeat(65) as 'LongName';

/** As a bundle has them. */
const minified = {
  s: class extends Error {},
  t: class extends Error {
    override name = 'QuotaError';
  },
  u: class extends Error {
    override name = 'the quota of user 1234 is used up';
  },
  q: class {},
};
const { [LONG_NAME]: LongNamed } = { [LONG_NAME]: class extends Error {} };

class Überlauf extends Error {}

class Guarded extends Error {
  get status(): number {
    throw new Error('the getter');
  }
  get code(): string {
    throw new Error('the getter');
  }
}

/** Nothing can be read of it. */
const hostile = () =>
  new Proxy(new Down(), {
    get: fails(new Error('do not look')),
    has: fails(new Error('do not look')),
    getPrototypeOf: fails(new Error('do not look')),
  });

describe.each(majors)('cockatiel $major, error.type', ({ cockatiel }) => {
  const { fallback, handleAll, handleWhenResult, retry, wrap } = cockatiel;
  let sdk: TestSdk;
  beforeEach(() => {
    sdk = new TestSdk();
  });

  type Options = Parameters<TestSdk['instrument']>[2];

  /** The types of errors that a fallback acted on. */
  async function typesOf(errors: readonly unknown[], options?: Options): Promise<string[]> {
    const policy = sdk.instrument(NAME, fallback(handleAll, 'instead'), options);
    for (const error of errors) await settled(policy.execute(fails(error)));
    return Object.keys((await moved(sdk))['errors'] ?? {}).map((key) =>
      key.replace('fallback ', ''),
    );
  }

  const coded = (code: unknown) => Object.assign(new Down('with a code'), { code });

  it.each([
    ['an HTTP status', Object.assign(new Down(), { status: 503 }), '503'],
    ['a status code', Object.assign(new Down(), { statusCode: 429 }), '429'],
    ["a response's status", Object.assign(new Down(), { response: { status: 404 } }), '404'],
    ['a status before a code', Object.assign(coded('ERR_BAD_RESPONSE'), { status: 502 }), '502'],
    ['a code', coded('ECONNREFUSED'), 'ECONNREFUSED'],
    [
      'the code of its cause',
      new TypeError('fetch failed', { cause: coded('ENOTFOUND') }),
      'ENOTFOUND',
    ],
    ['its class', new Down('a message is not for labels'), 'Down'],
    ['its class, not its name', Object.assign(new Down(), { name: 'Renamed' }), 'Down'],
    ['its class where the status is none', Object.assign(new Down(), { status: 999 }), 'Down'],
    ['its class where the status is a text', Object.assign(new Down(), { status: '503' }), 'Down'],
    ['its class where the code is a number', coded(11000), 'Down'],
    ['its class where the code is a sentence', coded('could not connect to 10.0.0.1'), 'Down'],
    ['the name of a DOMException', AbortSignal.abort().reason, 'AbortError'],
    ['the name of a timeout of the web', timedOut.reason, 'TimeoutError'],
    ['a class that has no name', new (class extends Error {})(), 'Error'],
    ['a minified class', new minified.s(), 'Error'],
    ['a minified class that sets its name', new minified.t(), 'QuotaError'],
    ['a minified class with a sentence for a name', new minified.u(), 'u'],
    ['a minified class that is no error', new minified.q(), 'q'],
    ['a short class of the language', new Map(), 'Map'],
    ['a class of another alphabet', new Überlauf(), 'Überlauf'],
    ['an SQLSTATE', coded('57P01'), '57P01'],
    ['a code that is a number in text', coded('404404404'), 'Down'],
    ['a code of 65 characters', coded('E'.repeat(65)), 'Down'],
    ['a body that names a class', JSON.parse('{"constructor":{"name":"secret"}}'), 'Object'],
    ['a body that has a name', JSON.parse('{"name":"secret"}'), 'Object'],
    ['a class name of 65 characters', new LongNamed(), 'Error'],
    ['getters that throw', new Guarded('down'), 'Guarded'],
    ['the class of a text', 'thrown', 'String'],
    ['the class of a plain object', { thrown: true }, 'Object'],
    ['no class', Object.create(null), '_OTHER'],
    ['nothing', undefined, '_OTHER'],
    ['null', null, '_OTHER'],
  ])('is, for an error with %s, that', async (_, error, type) => {
    expect(await typesOf([error])).toEqual([type]);
  });

  it("names cockatiel's own errors by their markers: they are all called Error", async () => {
    const errors = majors.flatMap(({ cockatiel: { ...copy } }) => [
      new copy.BrokenCircuitError(),
      new copy.IsolatedCircuitError(),
      new copy.BulkheadRejectedError(1, 0),
      new copy.TaskCancelledError(),
      new copy.HydratingCircuitError(),
    ]);
    expect(new Set(errors.map(({ name }) => name))).toEqual(new Set(['Error']));
    expect((await typesOf(errors)).sort()).toEqual([
      'BrokenCircuitError',
      'BulkheadRejectedError',
      'HydratingCircuitError',
      'IsolatedCircuitError',
      'TaskCancelledError',
    ]);
  });

  it('knows them from other realms and bundles, where no class is left', async () => {
    const foreign = { isBrokenCircuitError: true, isIsolatedCircuitError: true };
    expect(await typesOf([foreign])).toEqual(['IsolatedCircuitError']);
  });

  it('is taken from a failed result as from an error', async () => {
    const policy = sdk.instrument(
      NAME,
      fallback(
        handleWhenResult(() => true),
        'instead',
      ),
    );
    for (const result of [
      { status: 503 },
      new Response(null, { status: 502 }),
      coded('EPIPE'),
      7,
    ]) {
      await settled(policy.execute(() => result));
    }
    expect(await moved(sdk)).toMatchObject({
      errors: { 'fallback 503': 1, 'fallback 502': 1, 'fallback EPIPE': 1, 'fallback Number': 1 },
    });
  });

  it('counts what each policy of a stack acted on, and nothing of those that did not', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(
        fallback(handleAll, 'instead'),
        retry(
          cockatiel.handleWhen((error) => (error as { status?: number }).status === 503),
          { maxAttempts: 1 },
        ),
        cockatiel.timeout(1000, cockatiel.TimeoutStrategy.Aggressive),
        cockatiel.bulkhead(9),
        cockatiel.noop,
      ),
    );
    await settled(stack.execute(fails(Object.assign(new Down(), { status: 503 }))));
    await settled(stack.execute(fails(Object.assign(new Down(), { status: 400 }))));
    expect(await moved(sdk)).toMatchObject({
      errors: { 'retry 503': 2, 'fallback 503': 1, 'fallback 400': 1 },
    });
  });

  it('is what the hook says, which is given the error itself', async () => {
    const error = coded('ECONNREFUSED');
    const errorType = vi.fn(() => 'mine');
    expect(await typesOf([error], { errorType })).toEqual(['mine']);
    expect(errorType.mock.calls).toEqual([[error]]);
  });

  it('is what the hook says of a failed result, which is given the result itself', async () => {
    const result = { problem: 'quota' };
    const policy = sdk.instrument(
      NAME,
      fallback(
        handleWhenResult(() => true),
        'instead',
      ),
      { errorType: (failed) => (failed as typeof result).problem },
    );
    await policy.execute(() => result);
    expect(await moved(sdk)).toMatchObject({ errors: { 'fallback quota': 1 } });
  });

  it.each([
    ['undefined', undefined],
    ['an empty text', ''],
    ['what is no text', 503 as unknown as string],
  ])('is the default where the hook says %s', async (_, output) => {
    expect(await typesOf([coded('EPIPE')], { errorType: () => output })).toEqual(['EPIPE']);
    expect(await moved(sdk)).not.toHaveProperty('telemetry.errors');
  });

  it('is the default where the hook throws, which counts as a fault of the telemetry', async () => {
    const errorType = fails(new TypeError('a bug in the hook')) as () => string;
    expect(await typesOf([coded('EPIPE'), new Down()], { errorType })).toEqual(['EPIPE', 'Down']);
    expect(await moved(sdk)).toMatchObject({ 'telemetry.errors': 2 });
  });

  it('is _OTHER where nothing of the error can be read', async () => {
    expect(await typesOf([hostile()])).toEqual(['_OTHER']);
    expect(await moved(sdk)).not.toHaveProperty('telemetry.errors');
  });

  it('is at most 64 characters of what the hook says', async () => {
    const types = await typesOf([new Down()], { errorType: () => 'x'.repeat(1_000_000) });
    expect(types).toEqual(['x'.repeat(64)]);
  });

  it('keeps known types by name, however many made-up ones there were', async () => {
    const madeUp = Array.from({ length: 30 }, (_, i) => coded(`made.up-${i}`));
    const known = [coded('ECONNREFUSED'), Object.assign(new Down(), { status: 503 })];
    const own = [new cockatiel.BrokenCircuitError(), timedOut.reason];
    const types = await typesOf([...madeUp, ...known, ...own]);
    expect(types).toHaveLength(20 + 1 + 4);
    expect(types).toEqual(
      expect.arrayContaining([
        'ECONNREFUSED',
        '503',
        'BrokenCircuitError',
        'TimeoutError',
        '_OTHER',
      ]),
    );
  });

  it('takes no place of the 20 for a known type', async () => {
    const known = [408, 429, 500, 502, 503, 504].map((status) =>
      Object.assign(new Down(), { status }),
    );
    const madeUp = Array.from({ length: 20 }, (_, i) => coded(`made.up-${i}`));
    const types = await typesOf([...known, ...madeUp]);
    expect(types).toHaveLength(6 + 20);
    expect(types).not.toContain('_OTHER');
  });

  it('tells 20 apart for each kind of policy, then says _OTHER, and still knows the 20', async () => {
    const stack = sdk.instrument(
      NAME,
      wrap(fallback(handleAll, 'instead'), retry(handleAll, { maxAttempts: 0 })),
    );
    for (let i = 0; i < 25; i++) await settled(stack.execute(fails(coded(`E${i}`))));
    await settled(stack.execute(fails(coded('E3'))));
    const errors = (await moved(sdk))['errors'] as Record<string, number>;
    for (const policy of ['fallback', 'retry']) {
      expect(errors[`${policy} E3`]).toBe(2);
      expect(errors[`${policy} E19`]).toBe(1);
      expect(errors[`${policy} E20`]).toBeUndefined();
      expect(errors[`${policy} _OTHER`]).toBe(5);
    }
    expect(Object.keys(errors)).toHaveLength(2 * 21);
  });

  it('reaches the caller unchanged, whatever was thrown', async () => {
    const policy = sdk.instrument(NAME, retry(handleAll, { maxAttempts: 0 }));
    for (const thrown of [undefined, null, 'text', 0, Number.NaN, Symbol('s'), new Down()]) {
      const { error } = (await settled(policy.execute(fails(thrown)))) as { error: unknown };
      expect(Object.is(error, thrown)).toBe(true);
    }
    expect(await moved(sdk)).toMatchObject({
      executions: { failure: 7 },
      'retry.calls': { exhausted: 7 },
      errors: {
        'retry _OTHER': 2,
        'retry String': 1,
        'retry Number': 2,
        'retry Symbol': 1,
        'retry Down': 1,
      },
    });
  });
});

describe.each(majors)('cockatiel $major, an error that can not be read', ({ cockatiel }) => {
  it('reaches the caller unchanged through every policy', async () => {
    const sdk = new TestSdk();
    const { bulkhead, circuitBreaker, fallback, handleAll, noop, retry, timeout, wrap } = cockatiel;
    const policies = {
      retry: retry(handleAll, { maxAttempts: 0 }),
      breaker: circuitBreaker(handleAll, {
        halfOpenAfter: 1000,
        breaker: new cockatiel.ConsecutiveBreaker(9),
      }),
      timeout: timeout(1000, cockatiel.TimeoutStrategy.Cooperative),
      bulkhead: bulkhead(1),
      fallback: fallback(
        cockatiel.handleWhen(() => false),
        'instead',
      ),
      wrap: wrap(noop, retry(handleAll, { maxAttempts: 0 }), bulkhead(1)),
    };
    const replaced: string[] = [];
    for (const [name, policy] of Object.entries(policies)) {
      sdk.instrument(name, policy);
      for (const thrown of [new Guarded(), hostile()]) {
        const { error } = (await settled(policy.execute(fails(thrown)))) as { error: unknown };
        if (error !== thrown) replaced.push(name);
      }
    }
    expect(replaced).toEqual([]);
  });
});

describe("cockatiel 3.2's own predicates", () => {
  it('are wrong about isolation and cancellation, so that only markers can be asked', () => {
    const { cockatiel } = majors[0] as (typeof majors)[number];
    expect(cockatiel.isIsolatedCircuitError(new cockatiel.IsolatedCircuitError())).toBe(false);
    expect(cockatiel.isTaskCancelledError(new cockatiel.TaskCancelledError())).toBe(false);
    expect(cockatiel.isTaskCancelledError(new cockatiel.BulkheadRejectedError(1, 0))).toBe(true);
  });
});
