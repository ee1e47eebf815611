import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { warn } from '../otel/diagnostics.ts';
import { errorText } from '../shared/error-text.ts';
import { hostName, isLoopback } from '../shared/host-header.ts';
import { listenError } from '../shared/listen-error.ts';
import { type Answer, type Answering, PLAIN } from './answer.ts';

/** Time that a scrape under way has to end when the endpoint closes. */
const GRACE_MS = 1000;

const MISDIRECTED =
  'The metrics are served on loopback, and the request is for another host: name it in the option `hosts`\n';

export interface Address {
  readonly port: number;
  readonly host: string;
  readonly endpoint: string;
  /** Further names that requests may be for. */
  readonly hosts: readonly string[];
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
 * @param answer answers at the path
 * @throws Error naming host, port and what to do, if it can't listen there
 */
export async function serve(address: Address, answer: Answering): Promise<Endpoint> {
  const { port, host, endpoint } = address;
  let isFor = (_request: IncomingMessage) => true;
  const server = createServer(async (request, response) => {
    const [status, body, headers] = await answerAt(request);
    // What is closing does not wait for the next request of a connection that is kept.
    if (!server.listening) response.setHeader('connection', 'close');
    response.writeHead(status, headers).end(body);
  });

  function answerAt(request: IncomingMessage): Answer | Promise<Answer> {
    if (!isFor(request)) return [421, MISDIRECTED, PLAIN];
    if (request.url?.split('?')[0] !== endpoint) {
      return [404, `The metrics are at ${endpoint}\n`, PLAIN];
    }
    return answer(request);
  }

  // Neither the endpoint nor a scraper that keeps its connection keeps the process alive.
  server.on('connection', (socket) => socket.unref()).unref();
  // Exclusive: the workers of a cluster would share the port, and each scrape reach another of them.
  server.listen({ port, host, exclusive: true });
  await once(server, 'listening').catch((error) => {
    throw listenError('The metrics', address, error);
  });
  const bound = server.address() as AddressInfo;
  isFor = hostCheck(address, bound.address);
  // A connection that can't be accepted (no file descriptors left) is no reason to end the service.
  server.on('error', (error) => warn(`the endpoint of the metrics: ${errorText(error)}`));
  return {
    url: urlOf(address, bound),
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

/** Whether requests are for a name that the endpoint answers to. No browser leaves `Host` out. */
function hostCheck({ host, hosts }: Address, bound: string): (request: IncomingMessage) => boolean {
  if (!isLoopback(bound) && hosts.length === 0) return () => true;
  const names = new Set([host, ...hosts].map((name) => name.toLowerCase()));
  return ({ headers }) => {
    const name = hostName(headers.host ?? 'localhost');
    return isLoopback(name) || names.has(name);
  };
}

function urlOf({ host, endpoint }: Address, { port }: AddressInfo): string {
  // Where it listens on every address, this machine's own is one that can be asked.
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}${endpoint}`;
}
