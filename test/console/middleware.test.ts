import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import compression from 'compression';
import express, { type Express } from 'express';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type HealthRoutes, healthRoutes, nodeHandler } from '../../src/health/index.ts';

async function served(app: Express, routes: HealthRoutes) {
  app.use('/ops', nodeHandler(routes));
  const server = createServer(app).listen(0, '127.0.0.1');
  onTestFinished(() => {
    routes.close();
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ops` };
}

it('the stream comes at once through a middleware that compresses, and answers are compressed', async () => {
  const app = express();
  app.use(compression({ threshold: 0 }));
  const { url } = await served(app, healthRoutes());
  const response = await fetch(`${url}/events`);
  const reader = response.body?.getReader();
  const first = await Promise.race([reader?.read(), sleep(3000)]);
  expect(new TextDecoder().decode(first?.value)).toContain('event: snapshot');
  await reader?.cancel();
  expect((await fetch(`${url}/health`)).headers.get('content-encoding')).toBeTruthy();
});

it('a server with an open stream can close without closing the routes', async () => {
  const { server, url } = await served(express(), healthRoutes());
  const reader = (await fetch(`${url}/events`)).body?.getReader();
  await reader?.read();
  const begun = performance.now();
  server.close();
  await once(server, 'close');
  expect(performance.now() - begun).toBeLessThan(2500);
  expect(await reader?.read()).toMatchObject({ done: true });
});

it('a response of another middleware stays, and nothing is logged', async () => {
  const printed = (['error', 'warn', 'info', 'log'] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation(() => {}),
  );
  onTestFinished(() => void vi.restoreAllMocks());
  const app = express();
  let answer: (send: () => void) => void = (send) => send();
  app.use((_, response, next) => {
    answer(() => void (response.headersSent || response.status(503).send('late')));
    next();
  });
  const { url } = await served(app, healthRoutes());
  const moments: ((send: () => void) => void)[] = [
    (send) => send(),
    (send) => process.nextTick(send),
    (send) => void Promise.resolve().then(send),
    (send) => void setImmediate(send),
  ];
  for (const path of ['/health', '/policies', '/live', '/none', '/events']) {
    for (const moment of moments) {
      answer = moment;
      const response = await fetch(url + path);
      if (response.status === 503) expect(await response.text()).toBe('late');
      await response.body?.cancel().catch(() => {});
    }
  }
  expect(printed.flatMap(({ mock }) => mock.calls)).toEqual([]);
});
