import { once } from 'node:events';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { warn } from '../otel/diagnostics.ts';
import { listenError } from '../shared/listen-error.ts';

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';
const PLAIN = 'text/plain; charset=utf-8';

/** Time that a scrape under way has to end when the endpoint closes. */
const GRACE_MS = 1000;

export interface Address {
  readonly port: number;
  readonly host: string;
  readonly endpoint: string;
}

export interface Endpoint {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves the metrics at one path over HTTP, until it is closed.
 *
 * The exporter's own server can do nothing of this: take any free port, tell which one it took,
 * answer 500 when a collection fails (so that Prometheus calls the target down, rather than fine
 * and without series), or close while a scraper keeps its connection open.
 *
 * @param read gives the page; where it rejects the scrape has failed
 * @throws Error naming host, port and what to do, if it can't listen there
 */
export async function serve(address: Address, read: () => Promise<string>): Promise<Endpoint> {
  const { port, host, endpoint } = address;
  const server = createServer(async (request, response) => {
    const [status, body, headers] = await answer(request, endpoint, read);
    // What is closing does not wait for the next request of a connection that is kept.
    if (!server.listening) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': PLAIN, ...headers }).end(body);
  });
  // Neither the endpoint nor a scraper that keeps its connection keeps the process alive.
  server.on('connection', (socket) => socket.unref()).unref();
  // Exclusive: the workers of a cluster would share the port, and each scrape reach another of them.
  server.listen({ port, host, exclusive: true });
  await once(server, 'listening').catch((error) => {
    throw listenError('The metrics', address, error);
  });
  // A connection that can't be accepted (no file descriptors left) is no reason to end the service.
  server.on('error', (error) => warn(`the endpoint of the metrics: ${error}`));
  return {
    url: urlOf(address, server.address() as AddressInfo),
    close: function close() {
      return new Promise((resolve) => {
        const impatience = setTimeout(() => server.closeAllConnections(), GRACE_MS);
        server.close(() => {
          clearTimeout(impatience);
          resolve();
        });
      });
    },
  };
}

type Answer = readonly [status: number, body: string, headers?: OutgoingHttpHeaders];

async function answer(
  { method, url = '' }: IncomingMessage,
  endpoint: string,
  read: () => Promise<string>,
): Promise<Answer> {
  if (url.split('?')[0] !== endpoint) return [404, `The metrics are at ${endpoint}\n`];
  if (method !== 'GET' && method !== 'HEAD') {
    return [405, 'The metrics can only be read\n', { allow: 'GET, HEAD' }];
  }
  try {
    return [200, await read(), { 'content-type': EXPOSITION }];
  } catch (error) {
    return [500, `The metrics could not be collected: ${error}\n`];
  }
}

function urlOf({ host, endpoint }: Address, { port }: AddressInfo): string {
  // Where it listens on every address, this machine's own is one that can be asked.
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}${endpoint}`;
}
