import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocket, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import {
  type HealthOptions,
  type HealthRoutes,
  type ListenOptions,
  listen,
} from '../../src/health/index.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

/** Serves the health routes of this process until the end of the test. */
export async function serve(
  routes: HealthRoutes | HealthOptions = {},
  options: ListenOptions = {},
): Promise<{ url: string; close: () => Promise<void> }> {
  const listening = await listen(routes, { port: 0, ...options });
  cleanups.push(listening.close);
  return listening;
}

/** Starts another web server until the end of the test. */
export async function webServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts a TCP server that does not speak HTTP, until the end of the test. */
export async function socketServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createSocket((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address without a server. */
export async function unusedUrl(): Promise<string> {
  const { url, close } = await serve();
  await close();
  return url;
}

/** Names with a special meaning in a terminal, a URL, HTML or an object. */
export const HOSTILE = [
  'a/b',
  '100%25 sure?#',
  '<img src=x onerror=alert(1)>',
  '\x1b[2J\x1b]0;owned\x07evil',
  '\x9b31mred',
  'two\r\nlines\u2028three',
  '\u202eright to left',
  '__proto__',
  'constructor',
  '-x',
  '.',
  '..',
  'über 日本語 👩‍🚀',
] as const;
