import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from '../../src/http/retry-after.ts';
import fc from '../support/fast-check.ts';
import { type Answer, statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');

const read = (value: string, date?: string) =>
  retryAfterSeconds(new Headers({ 'retry-after': value, ...(date && { date }) }), NOW);

describe('what a server asks for', () => {
  it.each([
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
  ])('as %j is %d s', (value, seconds) => expect(read(value)).toBe(seconds));

  it.each([
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
  ])('as %j is nothing', (value) => expect(read(value)).toBeUndefined());

  it('as a number of 400 digits is for ever', () => {
    expect(read('9'.repeat(400))).toBe(Number.POSITIVE_INFINITY);
  });

  it('is nothing where it does not ask', () => {
    expect(retryAfterSeconds(new Headers())).toBeUndefined();
  });

  it('as a date counts from its own clock, however wrong that is', () => {
    const clock = 'Tue, 01 Jan 2030 00:00:00 GMT';
    expect(read('Tue, 01 Jan 2030 00:00:09 GMT', clock)).toBe(9);
    expect(read('Thu, 01 Jan 2026 00:00:09 GMT', 'yesterday')).toBe(9);
  });

  it('as any number of seconds, or as a date so far away, is that', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5e9 }), (seconds) => {
        expect(read(String(seconds))).toBe(seconds);
        expect(read(new Date(NOW + seconds * 1000).toUTCString())).toBe(seconds);
      }),
    );
  });

  it('is never negative, not a number, or an error', () => {
    const pieces = fc.constantFrom(
      ...['-', '1', '0', '.', ',', ' ', 'Thu', 'Jan', '2026', ':', 'GMT', 'e', '00:00:00', '01'],
    );
    const anything = fc.oneof(
      fc.string({ unit: 'grapheme-ascii' }).filter((each) => !/[\0\r\n]/.test(each)),
      fc.array(pieces).map((each) => each.join('')),
      fc.double().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    );
    fc.assert(
      fc.property(anything, anything, (value, date) => {
        const seconds = read(value, date);
        expect(seconds === undefined || seconds >= 0).toBe(true);
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

async function waitedFor(retryAfter: string | string[], maxRetryAfterSeconds = 60) {
  const server = await serve(unavailable(retryAfter));
  expect((await client({ maxRetryAfterSeconds })(server.url)).status).toBe(200);
  const [first, second] = server.seen;
  return ((second?.at ?? 0) - (first?.at ?? 0)) / 1000;
}

describe('a client', () => {
  it('waits for as long as it is asked to', async () => {
    expect(await waitedFor('0.2')).toBeGreaterThanOrEqual(0.199);
  });

  it('waits until the date that it is given', async () => {
    expect(await waitedFor(new Date(Date.now() + 2000).toUTCString(), 0.2)).toBeGreaterThan(0.19);
  });

  it('waits for the longest of several', async () => {
    expect(await waitedFor(['0.05', '0.2'])).toBeGreaterThanOrEqual(0.199);
  });

  it.each([
    ['an hour', '3600'],
    ['a number of 400 digits', '9'.repeat(400)],
    ['the year 9999', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('asked for %s waits for what is its most', async (_, absurd) => {
    const waited = await waitedFor(absurd, 0.15);
    expect(waited).toBeGreaterThanOrEqual(0.149);
    expect(waited).toBeLessThan(2);
  });

  it.each(['0', '-5', 'soon', 'Wed, 31 Dec 2025 23:59:00 GMT'])(
    'asked for %s waits as without',
    async (value) => expect(await waitedFor(value)).toBeGreaterThanOrEqual(0.004),
  );

  it('answers at once where the wait would pass the time for all of it', async () => {
    const server = await serve(unavailable('2'));
    const fetch = client({ overrides: { ...QUICK, overallTimeout: { seconds: 2 } } });
    const start = performance.now();
    expect((await fetch(server.url)).status).toBe(503);
    expect(performance.now() - start).toBeLessThan(1500);
    expect(server.seen).toHaveLength(1);
  });

  it('whatever it is asked for, is back in time and sends no more than it may', async () => {
    const server = await serve();
    const overall = 1;
    const fetch = client({
      maxRetryAfterSeconds: 0.05,
      overrides: { ...QUICK, circuitBreaker: false, overallTimeout: { seconds: overall } },
    });
    const header = fc.oneof(
      fc.string({ unit: 'grapheme-ascii' }).filter((each) => /^[ -~]*$/.test(each)),
      fc.double({ min: -10, max: 1e9 }).map(String),
      fc.integer({ min: -3, max: 3 }).map((s) => new Date(Date.now() + s * 1000).toUTCString()),
    );
    await fc.assert(
      fc.asyncProperty(header, async (value) => {
        server.seen.length = 0;
        server.answer = (_, response) => response.writeHead(429, { 'retry-after': value }).end();
        const start = performance.now();
        expect((await fetch(server.url)).status).toBe(429);
        expect(performance.now() - start).toBeLessThan(overall * 1000 + 500);
        expect(server.seen.length).toBeLessThanOrEqual(4);
      }),
      { numRuns: 25 },
    );
  });

  it('does not listen to it of what is not retried', async () => {
    const server = await serve((request, response, nth) => {
      response.setHeader('retry-after', '1');
      statuses(403)(request, response, nth);
    });
    expect((await client()(server.url)).status).toBe(403);
    expect(server.seen).toHaveLength(1);
  });
});
