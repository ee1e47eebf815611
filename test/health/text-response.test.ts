import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type HealthRoutes, nodeHandler } from '../../src/health/index.ts';
import { TextResponse } from '../../src/health/text-response.ts';
import { routesWith } from './support.ts';

async function served(
  fetchOf: (routes: HealthRoutes) => HealthRoutes['fetch'],
  ask: (url: string) => Promise<void>,
): Promise<void> {
  const { routes } = routesWith();
  const server = createServer(nodeHandler({ fetch: fetchOf(routes) })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/health`);
  } finally {
    server.close();
  }
}

describe('an answer that Node sends as it is', () => {
  it('is the same as everywhere else', async () => {
    const elsewhere = await routesWith().get('/health');
    await served(
      ({ fetch }) => fetch,
      async (url) => {
        const response = await fetch(url);
        expect(await response.text()).toBe(elsewhere.text);
        expect(response.headers.get('content-length')).toBe(String(elsewhere.text.length));
        const expected = Object.fromEntries(elsewhere.response.headers);
        expect(Object.fromEntries(response.headers)).toMatchObject(expected);
        const head = await fetch(url, { method: 'HEAD' });
        expect([head.status, await head.text()]).toEqual([200, '']);
      },
    );
  });

  it('keeps its body where somebody in between makes another of it', async () => {
    await served(
      ({ fetch }) =>
        async (request, env) => {
          const answered = await fetch(request, env);
          return new Response(answered.body, { status: 203, headers: answered.headers });
        },
      async (url) => {
        const response = await fetch(url);
        expect(response.status).toBe(203);
        expect(await response.json()).toMatchObject({ status: 'healthy' });
      },
    );
  });

  it('keeps its body where somebody in between has read a copy', async () => {
    await served(
      ({ fetch }) =>
        async (request, env) => {
          const answered = await fetch(request, env);
          expect(await answered.clone().json()).toMatchObject({ status: 'healthy' });
          return answered;
        },
      async (url) => expect(await (await fetch(url)).json()).toMatchObject({ status: 'healthy' }),
    );
  });

  it('can be read in each way', async () => {
    const make = () => new TextResponse('{"a":1}', { headers: { 'x-a': 'b' }, status: 203 });
    expect(await make().text()).toBe('{"a":1}');
    expect(await make().json()).toEqual({ a: 1 });
    expect(Buffer.from(await make().arrayBuffer()).toString()).toBe('{"a":1}');
    expect(await (await make().blob()).text()).toBe('{"a":1}');
    const { status, headers, body, bodyUsed } = make().clone();
    expect([status, headers.get('x-a'), bodyUsed]).toEqual([203, 'b', false]);
    expect(await new Response(body).text()).toBe('{"a":1}');
  });
});
