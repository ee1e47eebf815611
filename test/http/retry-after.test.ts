import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createFetch } from '../../src/http/index.ts';
import { parseRetryAfter } from '../../src/http/retry-after.ts';
import fc from '../support/fast-check.ts';
import { type Answer, statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

const read = (value: string, date?: string) =>
  parseRetryAfter(new Headers({ 'retry-after': value, ...(date && { date }) }), NOW);

describe('the parser of Retry-After', () => {
  const valid: readonly (readonly [value: string, seconds: number])[] = [
    ['0', 0],
    ['120', 120],
    ['1.5', 1.5],
    ['007', 7],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60],
    ['Thursday, 01-Jan-26 00:01:00 GMT', 60],
    ['Thu Jan  1 00:01:00 2026', 60],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', (Date.UTC(9999, 11, 31, 23, 59, 59) - NOW) / 1000],
    ['3, 10, 5', 10],
    ['3, Thu, 01 Jan 2026 00:01:00 GMT', 60],
    ['soon, 3', 3],
  ];
  const invalid = [
    '-1',
    '+1',
    '1e3',
    '0x10',
    '',
    ' ',
    'soon',
    'NaN',
    'Infinity',
    '1 s',
    '.5',
    '1.',
    '2026-01-01',
    'Thu, 99 Foo 2026 00:00:00 GMT',
    'Thu, 01 Jan 2026 00:01:00 +0000',
  ];

  it('returns the longest delay of the header in milliseconds', () => {
    const delays = valid.map(([value]) => [value, read(value)]);
    expect(delays).toEqual(valid.map(([value, seconds]) => [value, seconds * 1000]));
  });

  it('returns undefined for an invalid header', () => {
    expect(invalid.filter((value) => read(value) !== undefined)).toEqual([]);
  });

  it('returns infinity for a number of 400 digits', () => {
    expect(read('9'.repeat(400))).toBe(Number.POSITIVE_INFINITY);
  });

  it('returns undefined without the header', () => {
    expect(parseRetryAfter(new Headers())).toBeUndefined();
  });

  it('measures dates from the `Date` of the response, if it is valid', () => {
    const clock = 'Tue, 01 Jan 2030 00:00:00 GMT';
    expect(read('Tue, 01 Jan 2030 00:00:09 GMT', clock)).toBe(9000);
    expect(read('Thu, 01 Jan 2026 00:00:09 GMT', 'yesterday')).toBe(9000);
  });

  it('returns the delay of any number of seconds, and of the same delay as a date', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5e9 }), (seconds) => {
        expect(read(String(seconds))).toBe(seconds * 1000);
        expect(read(new Date(NOW + seconds * 1000).toUTCString())).toBe(seconds * 1000);
      }),
    );
  });

  it('never throws, and never returns a negative delay or NaN', () => {
    const pieces = fc.constantFrom(
      ...['-', '1', '0', '.', ',', ' ', 'Thu', 'Jan', '2026', ':', 'GMT', 'e', '00:00:00', '01'],
    );
    const anything = fc.oneof(
      fc.string({ unit: 'grapheme-ascii' }).filter((text) => !/[\0\r\n]/.test(text)),
      fc.array(pieces).map((parts) => parts.join('')),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(anything, anything, (value, date) => {
        const delay = read(value, date);
        expect(delay === undefined || delay >= 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

const unavailable =
  (retryAfter: string | string[]): Answer =>
  (_, response, nth) => {
    if (nth > 1) response.end();
    else response.setHeader('retry-after', retryAfter).writeHead(503).end();
  };

async function measureDelay(retryAfter: string | string[], maxRetryAfter = 60_000) {
  const server = await serve(unavailable(retryAfter));
  expect((await client({ maxRetryAfter })(server.url)).status).toBe(200);
  const [first, second] = server.seen;
  return ((second?.at ?? 0) - (first?.at ?? 0)) / 1000;
}

describe('a client', () => {
  it('waits for the requested delay', async () => {
    expect(await measureDelay('0.2')).toBeGreaterThanOrEqual(0.199);
  });

  it('waits until the requested date', async () => {
    expect(await measureDelay(new Date(Date.now() + 2000).toUTCString(), 200)).toBeGreaterThan(
      0.19,
    );
  });

  it('waits for the longest of several delays', async () => {
    expect(await measureDelay(['0.05', '0.2'])).toBeGreaterThanOrEqual(0.199);
  });

  it('waits for at most `maxRetryAfter`', async () => {
    for (const value of ['3600', '9'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT']) {
      const seconds = await measureDelay(value, 150);
      expect.soft(seconds).toBeGreaterThanOrEqual(0.149);
      expect.soft(seconds).toBeLessThan(2);
    }
  });

  it('waits for the backoff if the delay is 0, past or invalid', async () => {
    for (const value of ['0', '-5', 'soon', 'Wed, 31 Dec 2025 23:59:00 GMT']) {
      expect.soft(await measureDelay(value)).toBeGreaterThanOrEqual(0.004);
    }
  });

  it('returns the response at once if the delay would exceed the overall timeout', async () => {
    const server = await serve(unavailable('2'));
    const fetch = client({ overrides: { ...QUICK, overallTimeout: { duration: 2000 } } });
    const start = performance.now();
    expect((await fetch(server.url)).status).toBe(503);
    expect(performance.now() - start).toBeLessThan(1500);
    expect(server.seen).toHaveLength(1);
  });

  it('returns the response at once if the delay is at least the open time of the circuit', async () => {
    const server = await serve((_, response) => {
      response.writeHead(503, { 'retry-after': '60' }).end();
    });
    const fetch = createFetch('service');
    let pending = 0;
    let maxPending = 0;
    const call = async () => {
      maxPending = Math.max(maxPending, ++pending);
      const result = await fetch(server.url).then(
        ({ status }) => status,
        ({ name }: Error) => name,
      );
      pending--;
      return result;
    };
    const calls: Promise<unknown>[] = [];
    const start = performance.now();
    for (let count = 0; count < 100; count++) {
      calls.push(call());
      await sleep(10);
    }
    const results = await Promise.all(calls);
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(results.slice(0, 5)).toEqual(Array(5).fill(503));
    expect(results.filter((result) => result === 'CircuitOpenError').length).toBeGreaterThan(80);
    expect(server.seen.length).toBeLessThan(20);
    expect(maxPending).toBeLessThan(20);
    fetch.policy.dispose();
  });

  it('still waits for such a delay if `maxRetryAfter` is shorter than the open time', async () => {
    expect(await measureDelay('60', 100)).toBeGreaterThanOrEqual(0.099);
  });

  it('settles in time and sends at most four requests, whatever the header is', async () => {
    const server = await serve();
    const duration = 1000;
    const fetch = client({
      maxRetryAfter: 50,
      overrides: { ...QUICK, circuitBreaker: false, overallTimeout: { duration } },
    });
    const header = fc.oneof(
      fc.string({ unit: 'grapheme-ascii' }).filter((text) => /^[ -~]*$/.test(text)),
      fc.double({ min: -10, max: 1e9 }).map(String),
      fc.integer({ min: -3, max: 3 }).map((s) => new Date(Date.now() + s * 1000).toUTCString()),
    );
    await fc.assert(
      fc.asyncProperty(header, async (value) => {
        server.seen.length = 0;
        server.answer = (_, response) => response.writeHead(429, { 'retry-after': value }).end();
        const start = performance.now();
        expect((await fetch(server.url)).status).toBe(429);
        expect(performance.now() - start).toBeLessThan(duration + 500);
        expect(server.seen.length).toBeLessThanOrEqual(4);
      }),
      { numRuns: 25 },
    );
  });

  it('ignores the header of a response that is not retried', async () => {
    const server = await serve((request, response, nth) => {
      response.setHeader('retry-after', '1');
      statuses(403)(request, response, nth);
    });
    expect((await client()(server.url)).status).toBe(403);
    expect(server.seen).toHaveLength(1);
  });
});
