import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPolicy, fallbackTo, type PolicyOverrides } from '../../src/policies/index.ts';
import { settled } from '../instrumentation/support.ts';

const thing = (fields: object, cause?: unknown) => Object.assign(new Error('x', { cause }), fields);

/** How often it is called by a policy of 3 calls, and whether a circuit of 1 failure is open then. */
async function outcomeOf(fn: () => unknown, overrides: PolicyOverrides = {}) {
  const policy = createPolicy('service', 'default', {
    circuitBreaker: { consecutiveFailures: 1 },
    ...overrides,
  });
  const called = vi.fn(fn);
  await settled(policy.execute(called));
  policy.dispose();
  return { calls: called.mock.calls.length, opened: policy.circuitBreaker?.state === 1 };
}

const rejected = (error: unknown) => () => Promise.reject(error);
const RETRIED = { calls: 3, opened: true };
const COUNTED = { calls: 1, opened: true };
const IGNORED = { calls: 1, opened: false };

/** Reports all errors that have another outcome. */
async function expectAll(expected: object, errors: Readonly<Record<string, unknown>>) {
  const wrong: unknown[] = [];
  for (const [what, error] of Object.entries(errors)) {
    const outcome = await outcomeOf(rejected(error));
    if (!isDeepStrictEqual(outcome, expected)) wrong.push({ what, outcome });
  }
  expect(wrong).toEqual([]);
}

const circular: { cause?: unknown } = {};
circular.cause = circular;

/** An error with so many causes below it. */
function chain(length: number, last: unknown): unknown {
  return length === 0 ? last : thing({}, chain(length - 1, last));
}

describe('a policy without a filter of its own', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('retries known transient errors, and counts them', async () => {
    await expectAll(RETRIED, {
      'a status of 500': thing({ status: 500 }),
      'a status of 503 under another name': thing({ statusCode: 503 }),
      'a status of 504 in a response': thing({ response: { status: 504 } }),
      'a status of 429': thing({ status: 429 }),
      'a status of 408': thing({ status: 408 }),
      'a wrapped status of 503': thing({}, thing({ status: 503 })),
      'a refused connection': thing({ code: 'ECONNREFUSED' }),
      'what fetch throws for one': new TypeError('fetch failed', {
        cause: thing({ code: 'ECONNRESET' }),
      }),
      'several addresses tried': thing({ errors: [thing({}), thing({ code: 'EHOSTUNREACH' })] }),
      'several addresses tried, wrapped': thing(
        {},
        new AggregateError([thing({ code: 'ECONNREFUSED' }), thing({ code: 'ENETUNREACH' })]),
      ),
      'the eleventh cause': chain(10, thing({ code: 'EPIPE' })),
      'a name server that does not answer': thing({ code: 'ETIMEOUT' }),
      'a timeout of a signal': new DOMException('late', 'TimeoutError'),
      'an abort that is not the caller’s': new DOMException('late', 'AbortError'),
      'a timeout of a policy inside, of another copy of cockatiel': { isTaskCancelledError: true },
      'an answer that is no HTTP': thing({}, thing({ code: 'HPE_INVALID_CONSTANT' })),
      'a timeout of undici': thing({ code: 'UND_ERR_HEADERS_TIMEOUT' }),
    });
  });

  it('counts unknown errors, and does not retry them', async () => {
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    await expectAll(COUNTED, {
      'an error of which nothing is known': thing({}),
      'a code that is not known': thing({ code: 'ENOENT' }),
      'a malformed answer': new SyntaxError('Unexpected token < in JSON'),
      'a certificate that is over': new TypeError('fetch failed', {
        cause: thing({ code: 'CERT_HAS_EXPIRED' }),
      }),
      undefined: undefined,
      null: null,
      'a text': 'down',
      'an error that is its own cause': circular,
      'what is too deep': chain(1000, thing({ code: 'EPIPE' })),
      'a long list': thing({ errors: Array.from({ length: 1e5 }, () => thing({})) }),
      'a revoked proxy': revoked,
      'a list of revoked proxies': thing({ errors: [revoked] }),
      'a cause that can not be read': {
        get cause() {
          throw new Error('a getter');
        },
      },
      'one of a caller’s mistakes beside an unknown error': thing({
        errors: [thing({ status: 404 }), thing({})],
      }),
    });
  });

  it('neither retries nor counts caller errors and rejections of this process', async () => {
    await expectAll(IGNORED, {
      ...Object.fromEntries(
        [400, 401, 403, 404, 409, 422].map((status) => [status, thing({ status })]),
      ),
      'a status of 404 with a connection error as its cause': thing(
        { status: 404 },
        thing({ code: 'EPIPE' }),
      ),
      'a wrapped status of 404': thing({}, thing({ status: 404 })),
      'a mistake in the program': new TypeError('x is not a function'),
      'a wrong length': new RangeError('Invalid array length'),
      'a wrong address': new TypeError('Failed to parse URL', {
        cause: Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' }),
      }),
      'a failed assertion': new AssertionError({ message: 'no' }),
      'an open circuit inside': { isBrokenCircuitError: true },
      'an open circuit inside, with a status': { isBrokenCircuitError: true, status: 503 },
      'an open circuit inside, wrapped': thing({}, { isBrokenCircuitError: true }),
      'a full bulkhead inside': { isBulkheadRejectedError: true },
    });
  });

  it('answers transient errors by the fallback, and throws unknown ones', async () => {
    const policy = createPolicy('service', 'default', {
      fallback: fallbackTo.failOpen(),
      retry: false,
    });
    expect(await policy.execute(rejected(thing({ code: 'ETIMEOUT' })))).toBe(true);
    await expect(policy.execute(rejected(new Error('not for you')))).rejects.toThrow('not for you');
    policy.dispose();
  });

  it('reads a known error although other properties of it can not be read', async () => {
    const error = Object.defineProperty(thing({ code: 'ECONNREFUSED' }), 'details', {
      get() {
        throw new Error('a getter');
      },
    });
    await expectAll(RETRIED, { 'a getter that throws': error });
  });

  it('reads nothing that a polluted prototype has', async () => {
    const names = ['status', 'code', 'cause', 'isBrokenCircuitError', 'isTaskCancelledError'];
    try {
      for (const name of names)
        Object.assign(Object.prototype, { [name]: name === 'status' ? 404 : true });
      await expectAll(COUNTED, { unknown: thing({}) });
      await expectAll(RETRIED, { known: thing({ code: 'ECONNREFUSED' }) });
      expect(await outcomeOf(() => new Response('', { status: 503 }))).toEqual(RETRIED);
    } finally {
      for (const name of names) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it.each([
    [{ status: 503, ok: false }, RETRIED],
    [{ status: 429, ok: false }, RETRIED],
    [{ status: 404, ok: false }, IGNORED],
    [{ status: 200, ok: true }, IGNORED],
    [{ status: 503 }, IGNORED],
    [undefined, IGNORED],
  ])('takes a value of %o for what it is', async (value, expected) => {
    expect(await outcomeOf(() => value)).toEqual(expected);
  });

  it('acts by the filters that it is given, together or each by its own', async () => {
    const mine = thing({ status: 404 });
    const handle = (error: unknown) => error === mine;
    expect(await outcomeOf(rejected(mine), { handle })).toEqual(RETRIED);
    expect(await outcomeOf(rejected(thing({ status: 503 })), { handle })).toEqual(IGNORED);
    expect(await outcomeOf(rejected(mine), { retry: { handle } })).toEqual({
      calls: 3,
      opened: false,
    });
    expect(
      await outcomeOf(rejected(mine), { circuitBreaker: { consecutiveFailures: 1, handle } }),
    ).toEqual({
      calls: 1,
      opened: true,
    });
    expect(await outcomeOf(() => 'bad', { handleResult: (value) => value === 'bad' })).toEqual(
      RETRIED,
    );
  });

  it('retries the statuses that it is given, and counts every transient one', async () => {
    const retry = { statuses: [503] };
    expect(await outcomeOf(rejected(thing({ status: 503 })), { retry })).toEqual(RETRIED);
    expect(await outcomeOf(rejected(thing({ status: 500 })), { retry })).toEqual(COUNTED);
    expect(await outcomeOf(rejected(thing({}, thing({ status: 500 }))), { retry })).toEqual(
      COUNTED,
    );
  });
});
