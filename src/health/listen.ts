import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { HealthOptions } from '../operations/options/options.ts';
import { assertHosts } from '../operations/options/settings.ts';
import { Problem } from '../operations/responses/problem.ts';
import { hostName, isLoopback } from '../shared/host-header.ts';
import { listenError } from '../shared/listen-error.ts';
import { expected, ownOptions } from '../shared/validate.ts';
import { type HealthRoutes, healthRoutes } from './health-routes.ts';
import { nodeHandler } from './node-handler.ts';

/**
 * Options of `listen`.
 *
 * @example
 * const options: ListenOptions = { port: 9465, host: '0.0.0.0' };
 */
export interface ListenOptions {
  /**
   * The TCP port; 0 chooses a free port, which `url` has.
   * @default 9465
   */
  readonly port?: number;
  /**
   * The name or address to listen on. With the default, only this machine can connect, and the header
   * `Host` must be a name of this machine. This prevents web pages from using a name of their own (DNS
   * rebinding).
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * Further accepted names in the header `Host`, such as that of a proxy that keeps the header. The
   * option `hosts` of the routes is for a proxy that changes it.
   * @default []
   */
  readonly hosts?: readonly string[];
}

/**
 * A server of health routes.
 *
 * @example
 * const server: HealthServer = await listen();
 * console.log(server.url);
 */
export interface HealthServer {
  /** Such as `http://127.0.0.1:9465`. */
  readonly url: string;
  /** Ends requests in progress, and routes that `listen` created. Can be called again. */
  readonly close: () => Promise<void>;
}

/** Time for requests in progress to end when the server closes. */
const GRACE_MS = 1000;

/** Time for a client to send a request. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * Starts a server for a service that has no web server. It does not keep the process alive.
 *
 * @param routes the result of `healthRoutes`, or options for it
 * @throws TypeError if an option is invalid
 * @throws Error if the server cannot listen on the address
 * @example
 * const { url, close } = await listen({ token: process.env.OPS_TOKEN }, { port: 9465 });
 */
export async function listen(
  routes: HealthRoutes | HealthOptions = {},
  options: ListenOptions = {},
): Promise<HealthServer> {
  const { port, host, hosts } = resolveAddress(options);
  const givenRoutes = isRoutes(routes) ? routes : undefined;
  const health = givenRoutes ?? healthRoutes(routes as HealthOptions);
  const names = new Set([...hosts.map((name) => name.toLowerCase()), host.toLowerCase()]);
  const acceptsAnyName = !isLoopback(host) && hosts.length === 0;
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 5000,
    },
    nodeHandler({
      async fetch(request, env) {
        const header = request.headers.get('host');
        const name = hostName(header ?? '');
        // Browsers always send `Host`; health checks with HTTP/1.0 do not.
        if (header === null || acceptsAnyName || isLoopback(name) || names.has(name)) {
          return health.fetch(request, env);
        }
        return new Problem(421, 'The request is for another host.').response();
      },
    }),
  );
  server.on('connection', (socket) => socket.unref()).unref();
  try {
    // Without `exclusive`, the workers of a cluster share the port, and `isolate` reaches one of them.
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
  } catch (cause) {
    if (!givenRoutes) health.close();
    throw listenError('The health routes', { host, port }, cause as NodeJS.ErrnoException);
  }
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(host, server.address() as AddressInfo),
    close: function close() {
      closed ??= new Promise((resolve) => {
        if (!givenRoutes) health.close();
        const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      return closed;
    },
  };
}

function isRoutes(value: object): value is HealthRoutes {
  return Object.hasOwn(value, 'fetch');
}

function resolveAddress(options: ListenOptions): Required<ListenOptions> {
  const own = ownOptions('options', options, ['port', 'host', 'hosts']);
  const { port = 9465, host = '127.0.0.1', hosts = [] } = own;
  if (!(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    throw expected('`options.port` to be an integer from 0 to 65535', port);
  }
  if (typeof host !== 'string' || host.trim() === '') {
    throw expected('`options.host` to be a name or an address', host);
  }
  assertHosts(hosts);
  return { port, host, hosts };
}

function urlOf(host: string, { port }: AddressInfo): string {
  // These addresses mean "all", and are no address to connect to.
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`;
}
