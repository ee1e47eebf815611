import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type HealthRoutes,
  type HealthServer,
  healthRoutes,
  listen,
} from '../../src/health/index.ts';
import { snapshot } from '../../src/index.ts';
import { isolatedNames } from '../../src/metrics/breaker-control.ts';
import { breakerNamed, failing, TOKEN } from '../health/support.ts';
import fc from '../support/fast-check.ts';

const NAMES = ['workday', '__proto__', 'a/b', '<img onerror=alert(1)>', '100%'];

const HEADERS = [
  'accept',
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'origin',
  'range',
  'sec-fetch-site',
  'te',
  'transfer-encoding',
  'upgrade',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-http-method-override',
];

const anyText = fc.string({ unit: 'binary', maxLength: 30 });
const segment = fc.oneof(
  fc.constantFrom(
    ...['circuit-breakers', 'policies', 'executions', 'health', 'live', 'events'],
    ...['reset', 'isolate', 'release', '', '.', '..', '%2e%2e', '%00', '%ff', '%', '*', '1'],
    ...NAMES.map(encodeURIComponent),
  ),
  anyText.map((text) => encodeURIComponent(text)),
);
const known = fc.oneof(
  fc.constantFrom('/circuit-breakers', '/policies', '/executions', '/health', '/live', '/events'),
  fc.constantFrom('/executions/1', '/executions/x', '/circuit-breakers/nobody/reset'),
  fc.constantFrom(...NAMES).map((name) => `/circuit-breakers/${encodeURIComponent(name)}`),
  fc
    .tuple(fc.constantFrom(...NAMES), fc.constantFrom('reset', 'isolate', 'release'))
    .map(([name, action]) => `/circuit-breakers/${encodeURIComponent(name)}/${action}`),
);
const path = fc.oneof(
  { weight: 3, arbitrary: known },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(segment, { maxLength: 5 }), fc.constantFrom('', '/', '?', '?name=x', '#x'))
      .map(([segments, end]) => `/${segments.join('/')}${end}`),
  },
);
const method = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE') },
  { weight: 1, arbitrary: fc.constantFrom('PUT', 'PATCH', 'OPTIONS', 'PROPFIND', 'get') },
  { weight: 1, arbitrary: fc.stringMatching(/^[A-Z]{1,8}$/) },
);
const visible = fc.stringMatching(/^[\x21-\x7e]{0,40}$/);
const value = fc.oneof(
  fc.constantFrom(
    ...['application/json', 'text/plain', 'multipart/form-data; boundary=x', 'gzip', 'null', '*/*'],
    ...['same-origin', 'cross-site', 'http://localhost', 'https://evil.example', 'bytes=0-1', '0'],
    ...['Bearer', 'Bearer x', 'Basic dXNlcjpwYXNz', 'Bearer undefined', 'Bearer null', 'chunked'],
  ),
  visible,
  visible.map((token) => `Bearer ${token}`),
);
const headers = fc
  .tuple(
    fc.dictionary(
      fc.oneof(fc.constantFrom(...HEADERS), fc.stringMatching(/^[a-z-]{1,20}$/)),
      value,
      { maxKeys: 4 },
    ),
    fc.constantFrom({}, { 'content-type': 'application/json' }),
  )
  .map(([some, type]) => ({ ...some, ...type }));
const body = fc.oneof(
  fc.constant(undefined),
  fc.json(),
  anyText,
  fc.constant('x'.repeat(10_000)),
  fc.constant(`${'['.repeat(3000)}`),
  fc.constant('{"__proto__":{"reason":"x"},"constructor":1,"by":{"toString":1}}'),
);

/** Codes that these routes are documented to answer. */
const CODES = [200, 202, 204, 302, 400, 401, 403, 404, 405, 408, 409, 413, 415, 421, 429, 503];

const LEAKS = [/\bat \S+ \(.*:\d+:\d+\)/, /node_modules/, /\/src\//, /\.ts\b/, /\.js:\d/];

const state = () =>
  JSON.stringify([
    snapshot().map(({ name, circuitBreaker }) => [
      name,
      circuitBreaker?.state,
      circuitBreaker?.administration,
    ]),
    NAMES.map((name) => isolatedNames.has(name)),
  ]);

async function check(response: Response, whole: boolean): Promise<void> {
  expect(CODES).toContain(response.status);
  const type = response.headers.get('content-type') ?? '';
  expect(response.headers.get('location')).toBe(response.status === 302 ? '../live' : null);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.has('access-control-allow-origin')).toBe(false);
  if (type.startsWith('text/event-stream')) return void (await response.body?.cancel());
  const text = await response.text();
  for (const leak of LEAKS) expect(type.startsWith('text/html') ? '' : text).not.toMatch(leak);
  expect(text).not.toContain(TOKEN);
  if (response.status >= 400) {
    expect(type).toBe('application/problem+json');
    if (whole) {
      expect(JSON.parse(text)).toMatchObject({
        status: response.status,
        title: expect.any(String),
        detail: expect.any(String),
      });
    }
  } else if (type.startsWith('application/json') && whole) JSON.parse(text);
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer came in time')), 3000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

describe.each([
  ['no token is configured', undefined],
  ['one is, but none is sent', TOKEN],
])('any request, where %s', (_, token) => {
  let routes: HealthRoutes;
  beforeAll(() => {
    routes = healthRoutes(token === undefined ? {} : { token });
  });
  afterAll(() => routes.close());
  beforeEach(async () => {
    for (const name of NAMES) breakerNamed(name);
    await failing(breakerNamed('workday'));
  });

  it('has a valid answer, and changes nothing', async () => {
    const before = state();
    await fc.assert(
      fc.asyncProperty(method, path, headers, body, async (verb, at, head, sent) => {
        const bodyless = ['GET', 'HEAD', 'TRACE', 'TRACK', 'CONNECT'].includes(verb.toUpperCase());
        if (['TRACE', 'TRACK', 'CONNECT'].includes(verb)) return;
        const request = new Request(`http://localhost${at}`, {
          method: verb,
          headers: head,
          ...(bodyless || sent === undefined ? {} : { body: sent }),
        });
        const response = await inTime(routes.fetch(request));
        await check(response, verb.toUpperCase() !== 'HEAD');
        expect(state()).toBe(before);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('a client with the token', () => {
  it('gets a valid answer whatever is asked', async () => {
    for (const name of NAMES) breakerNamed(name);
    using routes = healthRoutes({ token: TOKEN });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('POST', 'POST', 'DELETE', 'PATCH'),
        path,
        headers,
        body,
        async (verb, at, head, sent) => {
          const request = new Request(`http://localhost${at}`, {
            method: verb,
            headers: { ...head, authorization: `Bearer ${TOKEN}` },
            ...(sent === undefined ? {} : { body: sent }),
          });
          await check(await inTime(routes.fetch(request)), true);
        },
      ),
      { numRuns: 1500 },
    );
    for (const name of NAMES) isolatedNames.delete(name);
  });
});

describe('any bytes that come over a socket', () => {
  let server: HealthServer;
  beforeAll(async () => {
    server = await listen({ token: TOKEN }, { port: 0 });
  });
  afterAll(() => server.close());

  /** What comes back until the connection ends, which a valid request asks for. */
  function send(bytes: string): Promise<string> {
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
        socket.end(bytes, 'latin1');
      });
      socket.setEncoding('latin1').on('data', (data: string) => {
        answer += data;
        // A stream does not end.
        if (answer.includes('text/event-stream')) socket.destroy();
      });
      socket.on('error', () => {}).on('close', () => resolve(answer));
    });
  }

  it('are answered or refused, and change nothing', async () => {
    for (const name of NAMES) breakerNamed(name);
    const before = state();
    const line = fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,40}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 9, arbitrary: method }, { weight: 1, arbitrary: line }),
        fc.oneof({ weight: 9, arbitrary: path }, { weight: 1, arbitrary: line }),
        fc.array(
          fc.oneof(
            { weight: 9, arbitrary: fc.tuple(fc.constantFrom(...HEADERS), value) },
            { weight: 1, arbitrary: fc.tuple(line, line) },
          ),
          { maxLength: 3 },
        ),
        fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: anyText }),
        async (verb, at, head, sent) => {
          const lines = head.map(([name, text]) => `${name}: ${text}\r\n`).join('');
          const bytes = `${verb} ${at} HTTP/1.1\r\nHost: localhost\r\n${lines}Connection: close\r\n\r\n${sent}`;
          const answer = await inTime(send(bytes));
          const code = Number(answer.match(/^HTTP\/1\.1 (\d{3}) /)?.[1] ?? 400);
          expect(code >= 500 && code !== 503).toBe(false);
          if (!answer.includes('text/html')) {
            for (const leak of LEAKS) expect(answer).not.toMatch(leak);
          }
          expect(state()).toBe(before);
        },
      ),
      { numRuns: 500 },
    );
  });
});
