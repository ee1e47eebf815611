import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statuses } from './server.ts';
import { client, QUICK, serve } from './support.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('the correlation ID', () => {
  const ids = (server: { seen: readonly { headers: Record<string, unknown> }[] }) =>
    server.seen.map(({ headers }) => headers['x-correlation-id']);

  it('is new for each call, and the same for its retries', async () => {
    const server = await serve(statuses(503, 503, 200));
    const fetch = client();
    await fetch(server.url);
    await fetch(server.url);
    const [first, second, third, fourth] = ids(server);
    expect(first).toMatch(UUID);
    expect([second, third]).toEqual([first, first]);
    expect(fourth).toMatch(UUID);
    expect(fourth).not.toBe(first);
  });

  it('is that of the caller if there is one', async () => {
    const server = await serve(statuses(503, 200));
    const headers = { 'x-correlation-id': 'caller-id' };
    await client()(server.url, { headers });
    await client()(new Request(server.url, { headers }));
    expect(ids(server)).toEqual(Array(3).fill('caller-id'));
  });

  it('stays the same after a token refresh', async () => {
    const server = await serve(statuses(401, 200));
    await client({ refreshToken: () => 'token' })(server.url);
    const [first, second] = ids(server);
    expect(second).toBe(first);
  });

  it('is not added to the Headers object of the caller', async () => {
    const server = await serve();
    const headers = new Headers({ 'x-own': '1' });
    await client()(server.url, { headers });
    expect([...headers]).toEqual([['x-own', '1']]);
  });

  it('is sent in the configured header, or not at all', async () => {
    const server = await serve();
    await client({ correlationHeader: 'X-Request-ID' })(server.url);
    await client({ correlationHeader: false })(server.url);
    expect(server.seen[0]?.headers['x-request-id']).toMatch(UUID);
    expect(ids(server)).toEqual([undefined, undefined]);
    expect(server.seen[1]?.headers['x-request-id']).toBeUndefined();
  });

  describe('in a trace', () => {
    const manager = new AsyncLocalStorageContextManager();
    beforeAll(() => void context.setGlobalContextManager(manager.enable()));
    afterAll(() => context.disable());
    const tracer = new TracerProvider().getTracer('test');

    it('is the trace ID, also of a call that waited in a bulkhead', async () => {
      const server = await serve((_, response) => void setTimeout(() => response.end(), 20));
      const fetch = client({ overrides: { ...QUICK, bulkhead: { limit: 1, queue: 5 } } });
      const spans = [1, 2, 3].map((call) => tracer.startSpan(`call ${call}`));
      const call = (span: (typeof spans)[number]) =>
        context.with(trace.setSpan(context.active(), span), () => fetch(server.url));
      await Promise.all(spans.map(call));
      expect(ids(server)).toEqual(spans.map((span) => span.spanContext().traceId));
    });
  });
});
