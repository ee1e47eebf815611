import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPolicy, type PolicyOverrides } from '../../src/policies/index.ts';
import { settled } from '../instrument/support.ts';

const thing = (fields: object, cause?: unknown) => Object.assign(new Error('x', { cause }), fields);

/** How often it is called by a policy of 3 calls, and whether a circuit of 1 failure is open then. */
async function judge(fn: () => unknown, overrides: PolicyOverrides = {}) {
  const policy = createPolicy('service', 'default', {
    circuitBreaker: { failures: 1 },
    ...overrides,
  });
  const called = vi.fn(fn);
  await settled(policy.execute(called));
  policy.dispose();
  return { calls: called.mock.calls.length, opened: policy.circuitBreaker?.state === 1 };
}

const rejected = (error: unknown) => () => Promise.reject(error);
const ACTED = { calls: 3, opened: true };
const LEFT = { calls: 1, opened: false };

const circular: { cause?: unknown } = {};
circular.cause = circular;

describe('a policy without a filter of its own', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['a status of 500', thing({ status: 500 })],
    ['a status of 503 under another name', thing({ statusCode: 503 })],
    ['a status of 504 in a response', thing({ response: { status: 504 } })],
    ['a status of 429', thing({ status: 429 })],
    ['a refused connection', thing({ code: 'ECONNREFUSED' })],
    ['what fetch says of one', thing({}, thing({ code: 'ECONNRESET' }))],
    ['several addresses tried', thing({ errors: [thing({}), thing({ code: 'EHOSTUNREACH' })] })],
    ['a timeout of a signal', new DOMException('late', 'TimeoutError')],
    ['an abort that is not the caller’s', new DOMException('late', 'AbortError')],
    ['a timeout of a policy inside, of another copy of cockatiel', { isTaskCancelledError: true }],
    ['what came and is no HTTP', thing({}, thing({ code: 'HPE_INVALID_CONSTANT' }))],
    ['a timeout of undici', thing({ code: 'UND_ERR_HEADERS_TIMEOUT' })],
  ])('acts on %s', async (_, error) => {
    expect(await judge(rejected(error))).toEqual(ACTED);
  });

  it.each([
    ...[400, 401, 403, 404, 408, 409, 422].map((status) => [
      `a status of ${status}`,
      thing({ status }),
    ]),
    [
      'a status of 404 with a connection error as its cause',
      thing({ status: 404 }, thing({ code: 'EPIPE' })),
    ],
    ['a mistake in the program', new TypeError('x is not a function')],
    ['a code that says nothing of the connection', thing({ code: 'ENOENT' })],
    ['an open circuit inside', { isBrokenCircuitError: true }],
    ['an open circuit inside, told as a status', { isBrokenCircuitError: true, status: 503 }],
    ['a full bulkhead inside', { isBulkheadRejectedError: true }],
    ['undefined', undefined],
    ['a text', 'down'],
    ['an error that is its own cause', circular],
  ] as [string, unknown][])('leaves %s be', async (_, error) => {
    expect(await judge(rejected(error))).toEqual(LEFT);
  });

  it.each([
    [{ status: 503, ok: false }, ACTED],
    [{ status: 429, ok: false }, ACTED],
    [{ status: 404, ok: false }, LEFT],
    [{ status: 200, ok: true }, LEFT],
    [{ status: 503 }, LEFT],
    [undefined, LEFT],
  ])('takes a value of %o for what it is', async (value, expected) => {
    expect(await judge(() => value)).toEqual(expected);
  });

  it('acts by the filters that it is given, together or each by its own', async () => {
    const handle = (error: unknown) => error === 'mine';
    expect(await judge(rejected('mine'), { handle })).toEqual(ACTED);
    expect(await judge(rejected(thing({ status: 503 })), { handle })).toEqual(LEFT);
    expect(await judge(rejected('mine'), { retry: { handle } })).toEqual({
      calls: 3,
      opened: false,
    });
    expect(await judge(rejected('mine'), { circuitBreaker: { failures: 1, handle } })).toEqual({
      calls: 1,
      opened: true,
    });
    expect(await judge(() => 'bad', { handleResult: (value) => value === 'bad' })).toEqual(ACTED);
  });

  it('retries the statuses that it is given, and counts every transient one', async () => {
    const retry = { statuses: [503] };
    expect(await judge(rejected(thing({ status: 503 })), { retry })).toEqual(ACTED);
    expect(await judge(rejected(thing({ status: 500 })), { retry })).toEqual({
      calls: 1,
      opened: true,
    });
  });
});
