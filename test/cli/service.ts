import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createSocket, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import {
  type HealthOptions,
  type HealthRoutes,
  type ListenOptions,
  listen,
} from '../../src/health/index.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

/** The health routes of this process, listening, for as long as the test lasts. */
export async function serve(
  routes: HealthRoutes | HealthOptions = {},
  options: ListenOptions = {},
): Promise<{ url: string; close: () => Promise<void> }> {
  const listening = await listen(routes, { port: 0, ...options });
  ends.push(listening.close);
  return listening;
}

/** Another web server, for as long as the test lasts. */
export async function webServer(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What is no web server at all. */
export async function socketServer(talk: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createSocket((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    talk(socket);
  }).listen(0, '127.0.0.1');
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address where nothing listens. */
export async function nowhere(): Promise<string> {
  const { url, close } = await serve();
  await close();
  return url;
}

/** Names that a terminal, an address, a page or an object might take for something else. */
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
