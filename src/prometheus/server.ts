import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { warn } from '../shared/diagnostics.ts';
import { errorText } from '../shared/error-text.ts';
import { hostName, isLoopback } from '../shared/host-header.ts';
import { listenError } from '../shared/listen-error.ts';
import { type HttpResponse, PLAIN, type RequestHandler } from './responses.ts';

/** Time limit for scrapes in progress when the endpoint closes. */
const GRACE_MS = 1000;

const MISDIRECTED =
  'Expected a `Host` header with an allowed name: add the name to the option `hosts` of `startMetrics`\n';

export interface Address {
  readonly port: number;
  readonly host: string;
  readonly endpoint: string;
  /** Additional host names that requests may use. */
  readonly hosts: readonly string[];
}

export interface MetricsServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves the metrics at one path over HTTP, until it is closed.
 *
 * The server of `PrometheusExporter` lacks four features: it cannot take any free port, report which
 * port it chose, respond with 500 when a collection fails (otherwise Prometheus sees a healthy target without
 * series), or close while a scraper keeps its connection open.
 *
 * @param respond handles requests to the path
 * @throws Error naming host, port and the remedy, if the server cannot listen
 */
export async function serve(address: Address, respond: RequestHandler): Promise<MetricsServer> {
  const { port, host, endpoint } = address;
  let isAllowedHost = (_request: IncomingMessage) => true;
  const server = createServer(async (request, response) => {
    const [status, body, headers] = await respondAt(request);
    // A closing server does not wait for the next request of a keep-alive connection.
    if (!server.listening) response.setHeader('connection', 'close');
    response.writeHead(status, headers).end(body);
  });

  function respondAt(request: IncomingMessage): HttpResponse | Promise<HttpResponse> {
    if (!isAllowedHost(request)) return [421, MISDIRECTED, PLAIN];
    if (request.url?.split('?')[0] !== endpoint) {
      return [404, `The metrics are at ${endpoint}\n`, PLAIN];
    }
    return respond(request);
  }

  // Neither the endpoint nor a scraper's keep-alive connection keeps the process alive.
  server.on('connection', (socket) => socket.unref()).unref();
  // Exclusive: otherwise cluster workers share the port, and scrapes alternate between workers.
  server.listen({ port, host, exclusive: true });
  await once(server, 'listening').catch((error) => {
    throw listenError('The metrics', address, error);
  });
  const bound = server.address() as AddressInfo;
  isAllowedHost = hostCheck(address, bound.address);
  // A connection that cannot be accepted (no file descriptors left) must not end the service.
  server.on('error', (error) => warn(`the metrics endpoint failed: ${errorText(error)}`));
  return {
    url: urlOf(address, bound),
    close: function close() {
      return new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}

/** Returns a check of the `Host` header. A request without one passes: every browser sends it. */
function hostCheck({ host, hosts }: Address, bound: string): (request: IncomingMessage) => boolean {
  if (!isLoopback(bound) && hosts.length === 0) return () => true;
  const names = new Set([host, ...hosts].map((name) => name.toLowerCase()));
  return ({ headers }) => {
    const name = hostName(headers.host ?? 'localhost');
    return isLoopback(name) || names.has(name);
  };
}

function urlOf({ host, endpoint }: Address, { port }: AddressInfo): string {
  // A wildcard address cannot be requested, so the URL names this machine.
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}${endpoint}`;
}
