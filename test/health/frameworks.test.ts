import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { mount } from 'hono/mount';
import Koa from 'koa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HealthRoutes, healthRoutes, nodeHandler } from '../../src/health/index.ts';
import { breakerNamed, failing, TOKEN } from './support.ts';

/** Serves the routes under `/ops`, and gives the address of them. */
type Mount = (routes: (prefix?: string) => HealthRoutes) => Promise<string>;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function listening(server: Server): Promise<string> {
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  ends.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ops`;
}

function served(app: Hono): Promise<string> {
  const { fetch } = app;
  const options = { fetch, port: 0, hostname: '127.0.0.1', overrideGlobalObjects: false };
  return listening(serve(options) as Server);
}

const MOUNTS: Readonly<Record<string, Mount>> = {
  'node:http'(routes) {
    const handle = nodeHandler(routes('/ops'));
    return listening(createServer(handle));
  },

  Hono(routes) {
    const app = new Hono();
    const health = routes('/ops');
    app.all('/ops/*', (context) => health.fetch(context.req.raw, context.env));
    return served(app);
  },

  'Hono, mounted'(routes) {
    const app = new Hono();
    app.all('/ops/*', mount(routes().fetch));
    return served(app);
  },

  Express(routes) {
    const app = express();
    app.use('/ops', nodeHandler(routes()));
    return listening(createServer(app));
  },

  'Express after a parser of bodies'(routes) {
    const app = express();
    app.use(express.json());
    app.use('/ops', nodeHandler(routes()));
    return listening(createServer(app));
  },

  async Fastify(routes) {
    const app = fastify();
    const handle = nodeHandler(routes('/ops'));
    app.register(async (ops) => {
      // The routes read the body themselves.
      ops.removeAllContentTypeParsers();
      ops.addContentTypeParser('*', (_request, _body, done) => done(null));
      ops.all('/ops/*', (request, reply) => {
        reply.hijack();
        handle(request.raw, reply.raw);
      });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return listening(app.server);
  },

  Koa(routes) {
    const app = new Koa();
    const handle = nodeHandler(routes('/ops'));
    app.use((context, next) => {
      if (!context.path.startsWith('/ops/')) return next();
      context.respond = false;
      handle(context.req, context.res);
    });
    return listening(createServer(app.callback()));
  },
};

describe.each(Object.entries(MOUNTS))('%s', (_, mounted) => {
  let url: string;
  const breaker = () => breakerNamed('a/b <c>');
  const path = `/circuit-breakers/${encodeURIComponent('a/b <c>')}`;

  beforeEach(async () => {
    url = await mounted((prefix = '') => {
      const routes = healthRoutes({ token: TOKEN, prefix });
      ends.push(routes.close);
      return routes;
    });
  });

  function post(action: string, body?: string, type = 'application/json') {
    return fetch(`${url}${path}/${action}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    });
  }

  it('tells how the service is', async () => {
    await failing(breaker());
    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      status: 'degraded',
      breakers: { total: 1, open: 1, half_open: 0, closed: 0, isolated: 0 },
    });
    expect(await (await fetch(`${url}${path}`)).json()).toMatchObject({ state: 'open' });
  });

  it('reads a body, or none', async () => {
    await failing(breaker());
    const first = await post('isolate', '{"reason":"maintenance"}');
    expect([first.status, await first.json()]).toMatchObject([200, { state: 'isolated' }]);
    const second = await post('release');
    expect([second.status, await second.json()]).toMatchObject([200, { state: 'closed' }]);
    expect((await post('reset', '{"reason":5}')).status).toBe(400);
    expect((await post('reset', 'reason', 'text/plain')).status).toBe(415);
    expect((await post('reset', `{"reason":"${'x'.repeat(10_000)}"}`)).status).toBe(413);
  });

  it('rejects a missing token, another method and another path', async () => {
    const there = breaker();
    expect((await fetch(`${url}${path}/isolate`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${url}/health`, { method: 'POST' })).status).toBe(405);
    const missing = await fetch(`${url}/nothing`);
    expect(missing.status).toBe(404);
    expect(missing.headers.get('content-type')).toBe('application/problem+json');
    expect((await fetch(`${url}/health`, { method: 'HEAD' })).status).toBe(200);
    expect(there.state).toBe(0);
  });

  it('streams what the live page shows', async () => {
    const response = await fetch(`${url}/events`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain('event: snapshot');
    await reader?.cancel();
  });
});

describe('a body that was read before', () => {
  const chunks = (text: string) =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
        controller.close();
      },
    });

  const READERS: Readonly<Record<string, (routes: HealthRoutes) => Promise<string>>> = {
    async 'by Fastify'(routes) {
      const app = fastify();
      const handle = nodeHandler(routes);
      app.all('/ops/*', (request, reply) => {
        reply.hijack();
        handle(request.raw, reply.raw);
      });
      await app.listen({ port: 0, host: '127.0.0.1' });
      return listening(app.server);
    },
    'by an application with its own store'(routes) {
      const handle = nodeHandler(routes);
      return listening(
        createServer((request, response) => {
          request.on('data', () => {}).on('end', () => handle(request, response));
        }),
      );
    },
    'by a middleware of Hono'(routes) {
      const app = new Hono();
      app.use(async (context, next) => {
        await context.req.raw.text();
        await next();
      });
      app.all('/ops/*', (context) => routes.fetch(context.req.raw, context.env));
      return served(app);
    },
  };

  it.each(Object.entries(READERS))(
    'gives a clear error where it was not left on the request: %s',
    async (_, mounted) => {
      breakerNamed('workday');
      const url = await mounted(healthRoutes({ token: TOKEN, prefix: '/ops', executions: false }));
      const post = (body?: string | ReadableStream) =>
        fetch(`${url}/circuit-breakers/workday/reset`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${TOKEN}`,
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body, duplex: 'half' }),
        });
      const reason = '{"reason":"because"}';
      for (const body of [reason, chunks(reason)]) {
        const response = await post(body);
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({
          detail:
            'The body could not be read. If a framework has parsed it already, mount these routes before its parser.',
        });
      }
      expect((await post()).status).toBe(200);
    },
  );
});

it('leaves the global Request and Response as they are', () => {
  const { Request, Response } = globalThis;
  nodeHandler(healthRoutes({ executions: false }));
  expect(globalThis.Request).toBe(Request);
  expect(globalThis.Response).toBe(Response);
});
