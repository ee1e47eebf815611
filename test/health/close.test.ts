import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { type HealthRoutes, healthRoutes, nodeHandler } from '../../src/health/index.ts';

/** A web server of the service's own, on which the routes are mounted. */
async function mounted(routes: HealthRoutes) {
  const server = createServer(nodeHandler(routes)).listen(0, '127.0.0.1');
  onTestFinished(() => {
    routes.close();
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function looking(url: string) {
  const response = await fetch(`${url}/events`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  return reader;
}

it('closing the routes ends open streams, so that the server can close', async () => {
  const routes = healthRoutes();
  const { server, url } = await mounted(routes);
  const lookers = await Promise.all(Array.from({ length: 12 }, () => looking(url)));
  const closed = Promise.race([once(server, 'close').then(() => 'closed'), sleep(1000, 'waits')]);
  routes.close();
  server.close();
  const last = await Promise.all(lookers.map((reader) => reader.read()));
  expect(last.map(({ done }) => done)).toEqual(lookers.map(() => true));
  // Sooner than a connection that is kept alive is given up.
  expect(await closed).toBe('closed');
});

it('closed routes reject new streams, and answer other requests', async () => {
  const routes = healthRoutes();
  const { url } = await mounted(routes);
  routes.close();
  routes.close();
  const response = await fetch(`${url}/events`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ detail: expect.stringContaining('closed') });
  expect((await fetch(`${url}/health`)).status).toBe(200);
  expect((await fetch(`${url}/events`, { method: 'HEAD' })).status).toBe(200);
});
