import { type Context, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { resendCountHook } from '../../src/http/index.ts';
import { statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter })],
});
const instrumentation = new UndiciInstrumentation({ requestHook: resendCountHook });
const manager = new AsyncLocalStorageContextManager();

beforeAll(() => {
  context.setGlobalContextManager(manager.enable());
  instrumentation.setTracerProvider(provider);
  instrumentation.enable();
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  instrumentation.disable();
  context.disable();
  await provider.shutdown();
});

/** The resend counts of the spans, in the order of the requests. */
const counts = () =>
  exporter
    .getFinishedSpans()
    .toSorted((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1])
    .map(({ attributes }) => attributes['http.request.resend_count']);

const text = async (answer: Promise<Response>) => (await answer).text();

describe('the spans of a call', () => {
  it('have the number of the resend, except for the first request', async () => {
    const server = await serve(statuses(503, 503, 200));
    const fetch = client();
    await text(fetch(server.url));
    await text(fetch(server.url));
    expect(counts()).toEqual([undefined, 1, 2, undefined]);
  });

  it('count the request with a new token, and redirects', async () => {
    const server = await serve(({ headers, path }, response) => {
      if (!headers.authorization) response.writeHead(401).end();
      else if (path === '/') response.writeHead(302, { location: '/there' }).end();
      else response.end();
    });
    await text(client({ refreshToken: () => 'token' })(server.url));
    expect(counts()).toEqual([undefined, 1, 2]);
  });

  it('do not count requests of `refreshToken`', async () => {
    const server = await serve(({ headers, path }, response) => {
      response.writeHead(path === '/' && !headers.authorization ? 401 : 200).end('token');
    });
    const refreshToken = () => text(globalThis.fetch(`${server.url}token`));
    await text(client({ refreshToken })(server.url));
    expect(counts()).toEqual([undefined, undefined, 1]);
  });

  it('count per call, also for concurrent calls that wait for a slot', async () => {
    const known = new Set<string>();
    const server = await serve(({ path }, response) => {
      response.writeHead(known.has(path) ? 200 : 503).end();
      known.add(path);
    });
    const fetch = client({ overrides: { ...QUICK, bulkhead: { limit: 1, queue: 10 } } });
    await Promise.all([1, 2, 3].map((call) => text(fetch(`${server.url}${call}`))));
    expect(counts().sort()).toEqual([1, 1, 1, undefined, undefined, undefined]);
  });

  it('belong to the trace of their caller', async () => {
    const server = await serve((_, response) => void setTimeout(() => response.end(), 20));
    const fetch = client({ overrides: { ...QUICK, bulkhead: { limit: 1, queue: 5 } } });
    const parents = [1, 2, 3].map((call) => provider.getTracer('test').startSpan(`call ${call}`));
    const within = (parent: (typeof parents)[number]): Context =>
      trace.setSpan(context.active(), parent);
    await Promise.all(
      parents.map((parent) => context.with(within(parent), () => text(fetch(server.url)))),
    );
    expect(
      exporter
        .getFinishedSpans()
        .map((span) => span.parentSpanContext?.spanId)
        .sort(),
    ).toEqual(parents.map((parent) => parent.spanContext().spanId).sort());
  });

  it('have no count if the request is not of createFetch', async () => {
    const server = await serve();
    await text(fetch(server.url));
    await text(fetch(server.url));
    expect(counts()).toEqual([undefined, undefined]);
  });
});
