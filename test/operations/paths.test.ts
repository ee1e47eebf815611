import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { mount } from 'hono/mount';
import Koa from 'koa';
import { expect, it, onTestFinished } from 'vitest';
import { healthRoutes, nodeHandler } from '../../src/health/index.ts';
import { breakerNamed } from '../health/support.ts';

const GUARDED = ['policies', 'circuit-breakers', 'circuit-breakers/workday'];

/** Each serves the routes under `/ops`, with a guard of its own on some of them. */
const GUARDS: Readonly<Record<string, () => Server | Promise<Server>>> = {
  'node:http, by the path as it came'() {
    const handle = nodeHandler(healthRoutes({ prefix: '/ops', executions: false }));
    return createServer((request, response) => {
      const [path] = (request.url ?? '').split('?');
      if (GUARDED.some((item) => path === `/ops/${item}`)) response.writeHead(403).end();
      else handle(request, response);
    });
  },
  Express() {
    const app = express();
    for (const path of GUARDED)
      app.use(`/ops/${path}`, (_, response) => void response.sendStatus(403));
    app.use('/ops', nodeHandler(healthRoutes({ executions: false })));
    return createServer(app);
  },
  'Express, by the path as it came'() {
    const app = express();
    app.use((request, response, next) => {
      const [path] = request.url.toLowerCase().split('?');
      if (GUARDED.some((item) => path === `/ops/${item}`)) response.sendStatus(403);
      else next();
    });
    app.use('/ops', nodeHandler(healthRoutes({ executions: false })));
    return createServer(app);
  },
  Koa() {
    const app = new Koa();
    const handle = nodeHandler(healthRoutes({ prefix: '/ops', executions: false }));
    app.use((context) => {
      if (GUARDED.some((item) => context.path === `/ops/${item}`)) {
        context.status = 403;
        return;
      }
      context.respond = false;
      handle(context.req, context.res);
    });
    return createServer(app.callback());
  },
  async Fastify() {
    const app = fastify();
    const handle = nodeHandler(healthRoutes({ prefix: '/ops', executions: false }));
    for (const path of GUARDED) app.all(`/ops/${path}`, (_, reply) => reply.code(403).send());
    app.all('/ops/*', (request, reply) => {
      reply.hijack();
      handle(request.raw, reply.raw);
    });
    await app.ready();
    return app.server;
  },
  Hono() {
    const app = new Hono();
    const health = healthRoutes({ prefix: '/ops', executions: false });
    for (const path of GUARDED) app.all(`/ops/${path}`, (context) => context.body(null, 403));
    app.all('/ops/*', (context) => health.fetch(context.req.raw, context.env));
    return serve({ fetch: app.fetch, port: 0, overrideGlobalObjects: false }) as Server;
  },
  'Hono, mounted'() {
    const app = new Hono();
    for (const path of GUARDED) app.all(`/ops/${path}`, (context) => context.body(null, 403));
    app.all('/ops/*', mount(healthRoutes({ executions: false }).fetch));
    return serve({ fetch: app.fetch, port: 0, overrideGlobalObjects: false }) as Server;
  },
};

/** Other spellings of a path, some of which URL parsers or routers resolve. */
function spellingsOf(path: string): string[] {
  const last = path.slice(-1);
  const code = last.charCodeAt(0).toString(16);
  const start = path.slice(0, -1);
  return [
    `/ops/${path}`,
    `/ops/x/../${path}`,
    `/ops/./${path}`,
    `/ops/${path}/.`,
    `/ops/${path}/x/..`,
    `/ops/${path}/`,
    `/ops//${path}`,
    `/ops/${path}//`,
    `//ops/${path}`,
    `/ops/../ops/${path}`,
    `/x/../ops/${path}`,
    `/ops/%2e/${path}`,
    `/ops/x/%2E%2e/${path}`,
    `/ops/x/.%2e/${path}`,
    `/ops/${start}%${code}`,
    `/ops/${start}%${code.toUpperCase()}`,
    `/ops/${start}%25${code}`,
    `/%6fps/${path}`,
    `/ops/%2f${path}`,
    `/ops/x%2f..%2f${path}`,
    `/ops%2f${path}`,
    `/ops/${path}%2f`,
    `/ops/${path.replace('/', '%2f')}`,
    `/ops/\\${path}`,
    `/ops\\${path}`,
    `/ops/x\\..\\${path}`,
    `/ops/${path}#`,
    `/ops/${path}#/../x`,
    `/ops/${path};a=b`,
    `/ops;a=b/${path}`,
    `/ops/${path.toUpperCase()}`,
    `/OPS/${path}`,
    `/ops/${path}?`,
    `/ops/${path}?/../x`,
    `/ops/${path}%00`,
    `/ops/${path}%20`,
    `/ops/${path}.`,
    `http://localhost/ops/${path}`,
    `http://localhost/ops/x/../${path}`,
    `http://localhost//ops/${path}`,
    `HTTP://localhost/ops/${path}`,
    `ops/${path}`,
    `*`,
    `?/ops/${path}`,
  ];
}

async function statusOf(port: number, method: string, target: string): Promise<number | undefined> {
  const socket = connect(port, '127.0.0.1');
  socket.end(`${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  await once(socket, 'close').catch(() => {});
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(answer) ?? [];
  return status === undefined ? undefined : Number(status);
}

it.each(Object.entries(GUARDS))(
  'a guard on a route holds however the path is spelled: %s',
  async (_, guarded) => {
    breakerNamed('workday');
    const server = await guarded();
    if (!server.listening) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const requests = GUARDED.flatMap(spellingsOf).flatMap((target) => [
      { method: 'GET', target },
      { method: 'HEAD', target },
    ]);
    const passed = await Promise.all(
      requests.map(async ({ method, target }) => {
        const status = await statusOf(port, method, target);
        return status !== undefined && status < 400 ? [`${method} ${target}: ${status}`] : [];
      }),
    );
    expect(passed.flat()).toEqual([]);
    // Beside what is guarded, the routes answer.
    expect(await statusOf(port, 'GET', '/ops/health?x=..')).toBe(200);
  },
);
