import { getEventListeners } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as undici from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkSystemHealth } from '../../src/health/index.ts';

const never = () => new Promise<never>(() => {});

describe('checkSystemHealth', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const taking = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));

  it('reports for each system whether it is available, its response time and its error', async () => {
    vi.setSystemTime(new Date('2026-01-02T03:04:05Z'));
    const health = checkSystemHealth({
      workday: taking(20),
      database: () => true,
      jira: taking(5001),
      servicenow: () => Promise.reject(new Error('status 503')),
      llm: never,
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await health).toEqual({
      timestamp: '2026-01-02T03:04:15.000Z',
      systems: {
        workday: { available: true, response_time_ms: 20, slow: false, error: null },
        database: { available: true, response_time_ms: 0, slow: false, error: null },
        jira: { available: true, response_time_ms: 5001, slow: true, error: null },
        servicenow: { available: false, response_time_ms: 0, slow: false, error: 'status 503' },
        llm: {
          available: false,
          response_time_ms: 10_000,
          slow: true,
          error: 'no answer within 10000 ms',
        },
      },
      summary: {
        total_systems: 5,
        available_systems: 3,
        unavailable_systems: 2,
        availability_percentage: 60,
        safe_for_bulk_work: false,
      },
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes as long as the slowest check, and at most the timeout', async () => {
    const start = Date.now();
    const slowest = checkSystemHealth({ a: taking(100), b: taking(300), c: taking(200) });
    await vi.runAllTimersAsync();
    await slowest;
    expect(Date.now() - start).toBe(300);
    const hanging = checkSystemHealth({ a: never, b: never }, { timeout: 50 });
    await vi.runAllTimersAsync();
    await hanging;
    expect(Date.now() - start).toBe(350);
  });

  it('considers bulk work safe if at least 80 % of the systems are available', async () => {
    const rows: readonly (readonly [available: number, total: number, number, boolean])[] = [
      [4, 5, 80, true],
      [3, 4, 75, false],
      [2, 3, 66.67, false],
      [12, 15, 80, true],
      [11, 14, 78.57, false],
      [1, 1, 100, true],
      [0, 1, 0, false],
    ];
    for (const [available, total, percentage, isSafe] of rows) {
      const checks = Object.fromEntries(
        Array.from({ length: total }, (_, index) => [`system ${index}`, () => index < available]),
      );
      expect.soft((await checkSystemHealth(checks)).summary).toMatchObject({
        availability_percentage: percentage,
        safe_for_bulk_work: isSafe,
      });
    }
  });

  it('does not consider bulk work safe without systems', async () => {
    expect(await checkSystemHealth({})).toMatchObject({
      systems: {},
      summary: {
        total_systems: 0,
        available_systems: 0,
        unavailable_systems: 0,
        availability_percentage: 0,
        safe_for_bulk_work: false,
      },
    });
  });

  it('aborts only the check that times out', async () => {
    const signals: AbortSignal[] = [];
    const health = checkSystemHealth(
      {
        hangs: ({ signal }) => {
          signals.push(signal);
          return never();
        },
        answers: ({ signal }) => void signals.push(signal),
      },
      { timeout: 50 },
    );
    await vi.advanceTimersByTimeAsync(50);
    await health;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(signals[0]?.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('aborts all checks and rejects with the reason of its signal', async () => {
    const signals: AbortSignal[] = [];
    const caller = new AbortController();
    const hang = ({ signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return never();
    };
    const health = checkSystemHealth({ a: hang, b: hang }, { signal: caller.signal });
    const reason = new Error('the client disconnected');
    caller.abort(reason);
    await expect(health).rejects.toBe(reason);
    expect(signals.map((signal) => signal.reason)).toEqual([reason, reason]);
    expect(vi.getTimerCount()).toBe(0);

    const check = vi.fn();
    await expect(checkSystemHealth({ check }, { signal: caller.signal })).rejects.toBe(reason);
    expect(check).not.toHaveBeenCalled();
  });

  it('rejects if a check aborts the signal of its caller', async () => {
    const caller = new AbortController();
    const health = checkSystemHealth(
      { a: () => caller.abort(new Error('enough')), b: never },
      { signal: caller.signal },
    );
    await expect(health).rejects.toThrow('enough');
  });

  it('aborts no check that has settled if its signal aborts later', async () => {
    const signals: AbortSignal[] = [];
    const caller = new AbortController();
    await checkSystemHealth(
      { a: ({ signal }) => void signals.push(signal) },
      { signal: caller.signal },
    );
    caller.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('leaves at most one listener on a signal that outlives its calls', async () => {
    const { signal } = new AbortController();
    for (let call = 0; call < 20; call++) await checkSystemHealth({ a: () => {} }, { signal });
    expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1);
  });
});

describe('the result of a check', () => {
  const errorOf = async (check: () => unknown, timeout = 50) => {
    const { systems } = await checkSystemHealth({ check }, { timeout });
    return systems['check']?.error;
  };

  /** The rows whose error is not the expected one. */
  async function mismatches<V>(
    rows: readonly (readonly [label: string, value: V, error: string | null])[],
    toCheck: (value: V) => () => unknown,
  ) {
    const found: unknown[] = [];
    for (const [label, value, expected] of rows) {
      const error = await errorOf(toCheck(value));
      if (error !== expected) found.push({ label, expected, error });
    }
    return found;
  }

  it('means available for any value but those that report the opposite', async () => {
    const values: readonly (readonly [string, unknown])[] = [
      ['nothing', undefined],
      ['null', null],
      ['zero', 0],
      ['an empty text', ''],
      ['an object', { status: 'UP' }],
      ['available: true', { available: true }],
      ['a response', new Response('fine')],
      ['a promise', Promise.resolve([])],
      ['an error that is not thrown', new Error('a value as any other')],
    ];
    const rows = values.map(([label, value]) => [label, value, null] as const);
    expect(await mismatches(rows, (value) => () => value)).toEqual([]);
  });

  it('means unavailable if it is false, or has `available` or `ok` false', async () => {
    const rows: readonly (readonly [string, unknown, string])[] = [
      ['false', false, 'the result was false'],
      ['a promise of false', Promise.resolve(false), 'the result was false'],
      ['available: false', { available: false }, 'the result had `available: false`'],
      ['ok: false', { ok: false }, 'the result had `ok: false`'],
      ['an error', { available: false, error: new Error('no quorum') }, 'no quorum'],
      ['a status', { ok: false, status: 503 }, 'status 503'],
      ['a response', new Response('', { status: 404 }), 'status 404'],
    ];
    expect(await mismatches(rows, (value) => () => value)).toEqual([]);
  });

  it('loses its unread body if it is a response', async () => {
    const responses = [new Response('fine'), new Response('not fine', { status: 503 })];
    for (const response of responses) await errorOf(() => response);
    expect(responses.map(({ bodyUsed }) => bodyUsed)).toEqual([true, true]);
    const read = new Response('read by the check');
    read.body?.getReader();
    expect(await errorOf(() => read)).toBeNull();
  });

  it('keeps no connection of a slow response busy, with the global fetch and that of undici', async () => {
    for (const send of [fetch, undici.fetch]) {
      let open = 0;
      const server = createServer((_request, response) => void response.write('the beginning'));
      server.on('connection', (socket) => {
        open++;
        socket.on('close', () => open--);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      for (let call = 0; call < 5; call++)
        expect(await errorOf(() => send(`http://127.0.0.1:${port}`), 5000)).toBeNull();
      // A client may hold one connection ready.
      await vi.waitFor(() => expect(open).toBeLessThan(3));
      server.closeAllConnections();
      server.close();
    }
  });

  it('is one line about the error that the check throws or rejects with', async () => {
    const rows: readonly (readonly [string, unknown, string])[] = [
      ['a message', new Error('connection refused'), 'connection refused'],
      ['a text', 'no route', 'no route'],
      [
        'a cause',
        new TypeError('fetch failed', { cause: new Error('ECONNRESET') }),
        'fetch failed: ECONNRESET',
      ],
      ['a code only', Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
      ['nothing but a name', new RangeError(), 'RangeError'],
      ['nothing at all', undefined, 'an error without a message'],
      ['a number', 7, '7'],
      ['a stack', new Error('boom\n    at main.ts:1'), 'boom'],
      ['control characters', new Error('a\u001b[31mb\tc'), 'a [31mb c'],
      [
        'a password',
        new Error('no answer of redis://admin:hunter2@cache:6379/0'),
        'no answer of redis://***@cache:6379/0',
      ],
      [
        'a token',
        new Error('GET https://a.example/x?token=s3cret failed'),
        'GET https://a.example/x?*** failed',
      ],
      ['a long message', new Error('x'.repeat(1000)), `${'x'.repeat(199)}…`],
    ];
    const throwing = (error: unknown) => () => {
      throw error;
    };
    const rejecting = (error: unknown) => () => Promise.reject(error);
    expect(await mismatches(rows, throwing)).toEqual([]);
    expect(await mismatches(rows, rejecting)).toEqual([]);
  });

  it('shows no secret of the error and its cause', async () => {
    const line = await errorOf(() => {
      throw new Error('login with password: SECRET', {
        cause: new Error('postgres://user:SECRET@host/db'),
      });
    });
    expect(line).toBe('login with password: ***: postgres://***@host/db');
  });

  it('takes less than 150 ms for messages of 20 MB', async () => {
    const parts = ['x', '/', ':', '@', '?', 'token=', 'token ', 'a://', ';', '"', ' ', '\n', 'é'];
    const slow: unknown[] = [];
    for (const part of parts) {
      const message = part.repeat(20_000_000 / part.length);
      const times: number[] = [];
      for (let round = 0; round < 3; round++) {
        const start = performance.now();
        await errorOf(() => {
          throw new Error(message, { cause: new Error(message) });
        });
        times.push(performance.now() - start);
      }
      // The fastest round, as the machine may be busy.
      const fastest = Math.min(...times);
      if (fastest > 150) slow.push([part, fastest]);
    }
    expect(slow).toEqual([]);
  });

  it('ignores members whose getter throws', async () => {
    const thrower = { get: () => expect.unreachable('a getter') };
    const lines: unknown[] = [];
    for (const key of ['cause', 'code', 'name', 'stack']) {
      const error = Object.defineProperty(new Error('no route'), key, thrower);
      lines.push(await errorOf(() => Promise.reject(error)));
    }
    const answer = Object.defineProperty({ available: false }, 'error', thrower);
    lines.push(await errorOf(() => answer));
    expect(lines).toEqual([...Array(4).fill('no route'), 'the result had `available: false`']);
  });

  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('unreadable');
      },
    },
  );
  const cyclic = Object.assign(new Error('round'), { cause: {} });
  cyclic.cause = cyclic;

  it('is a line for values and errors that cannot be read', async () => {
    const rows: readonly (readonly [string, () => unknown, string])[] = [
      ['a value that throws', () => hostile, 'unreadable'],
      [
        'an error that throws',
        () => {
          throw hostile;
        },
        'an error without a message',
      ],
      [
        'an error that is its own cause',
        () => {
          throw cyclic;
        },
        'round',
      ],
      [
        'a symbol',
        () => {
          throw Symbol('odd');
        },
        'Symbol(odd)',
      ],
      [
        'an object without a prototype',
        () => {
          throw Object.create(null);
        },
        'an error without a message',
      ],
      ['a thenable that never calls', () => ({ then() {} }), 'no answer within 50 ms'],
    ];
    expect(await mismatches(rows, (check) => check)).toEqual([]);
  });
});

it('reports systems of any name', async () => {
  const names = ['__proto__', 'constructor', 'toString', '', '<img onerror=alert(1)>'];
  const checks = Object.fromEntries(names.map((name) => [name, () => name !== 'constructor']));
  const { systems, summary } = JSON.parse(JSON.stringify(await checkSystemHealth(checks)));
  expect(Object.keys(systems)).toEqual(names);
  expect(summary).toMatchObject({ total_systems: 5, available_systems: 4 });
  expect(Object.prototype).not.toHaveProperty('available');
});

it('ignores a rejection after the timeout', async () => {
  const late = async () => {
    await sleep(30);
    throw new Error('too late');
  };
  const { systems } = await checkSystemHealth({ late }, { timeout: 5 });
  expect(systems['late']?.error).toBe('no answer within 5 ms');
  // An unhandled rejection would fail the run.
  await sleep(50);
});

it('tells real services apart that answer, fail, hang or refuse connections', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/hangs') return;
    response.writeHead(request.url === '/fails' ? 503 : 200).end('x'.repeat(100_000));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const get =
    (path: string) =>
    ({ signal }: { signal: AbortSignal }) =>
      fetch(`http://127.0.0.1:${port}${path}`, { signal });
  const { systems } = await checkSystemHealth(
    {
      up: get('/'),
      fails: get('/fails'),
      hangs: get('/hangs'),
      gone: ({ signal }) => fetch('http://127.0.0.1:1/', { signal }),
    },
    { timeout: 500 },
  );
  server.closeAllConnections();
  server.close();
  expect(systems).toMatchObject({
    up: { available: true, error: null },
    fails: { available: false, error: 'status 503' },
    hangs: { available: false, error: 'no answer within 500 ms' },
    gone: { available: false, error: expect.stringMatching(/^fetch failed: /) },
  });
});

describe('invalid arguments', () => {
  const rows: readonly (readonly [unknown, unknown, string])[] = [
    [undefined, undefined, 'Expected `checks` to be an object of functions, got undefined'],
    [[], undefined, 'Expected `checks` to be an object of functions, got an array'],
    [{ a: 1 }, undefined, 'Expected `checks["a"]` to be a function, got 1'],
    [{}, null, 'Expected `options` to be an object, got null'],
    [{}, { time: 1 }, 'Expected `options` to have only timeout, slowAfter, signal, got `time`'],
    [
      {},
      { timeout: 0 },
      'Expected `options.timeout` to be milliseconds from 1 to 2147483647, got 0',
    ],
    [
      {},
      { timeout: Number.NaN },
      'Expected `options.timeout` to be milliseconds from 1 to 2147483647, got NaN',
    ],
    [
      {},
      { slowAfter: '5s' },
      'Expected `options.slowAfter` to be milliseconds from 0 to 2147483647, got "5s"',
    ],
    [{}, { signal: {} }, 'Expected `options.signal` to be an AbortSignal, got an object'],
  ];

  it('reject with an error that names the argument, the expectation and the value', async () => {
    for (const [checks, options, message] of rows) {
      const health = checkSystemHealth(checks as never, options as never);
      await expect.soft(health).rejects.toThrow(message);
    }
  });
});
