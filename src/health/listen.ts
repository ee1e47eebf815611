import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, isIPv4, isIPv6 } from 'node:net';
import { Problem } from '../operations/http/problem.ts';
import type { HealthOptions } from '../operations/options.ts';
import { assertHosts } from '../operations/settings.ts';
import { listenError } from '../shared/listen-error.ts';
import { expected, ownOptions } from '../shared/validate.ts';
import { type HealthRoutes, healthRoutes } from './health-routes.ts';
import { nodeHandler } from './node-handler.ts';

export interface ListenOptions {
  /**
   * TCP port; 0 takes any free one, which `url` then names.
   * @default 9465
   */
  readonly port?: number;
  /**
   * Name or address to listen on. The default can be reached from this machine only; then also
   * requests must be for a name of this machine, so that no page of the web can reach it by a name
   * of its own (DNS rebinding).
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /**
   * Further names that requests may be for, such as that of a proxy that keeps the header `Host`.
   * (The option `hosts` of the routes is for a proxy that changes it.)
   * @default []
   */
  readonly hosts?: readonly string[];
}

/** Routes that listen. */
export interface HealthServer {
  /** Such as `http://127.0.0.1:9465`. */
  readonly url: string;
  /** Ends requests under way and the routes that were made for it. May be called more than once. */
  readonly close: () => Promise<void>;
}

/** Time that requests under way have to end when it closes. */
const GRACE_MS = 1000;

/** Time that a client has to send a request. */
const REQUEST_MS = 10_000;

/**
 * Listens by itself, for services that have no web server. It does not keep the process alive.
 *
 * @param routes what `healthRoutes` gave, or options for it
 * @throws TypeError if an option is not what it must be
 * @throws Error if it can't listen there
 * @example
 * const { url, close } = await listen({ token: process.env.OPS_TOKEN }, { port: 9465 });
 */
export async function listen(
  routes: HealthRoutes | HealthOptions = {},
  options: ListenOptions = {},
): Promise<HealthServer> {
  const { port, host, hosts } = addressOf(options);
  const given = isRoutes(routes) ? routes : undefined;
  const own = given ?? healthRoutes(routes as HealthOptions);
  const names = new Set([...hosts.map((name) => name.toLowerCase()), host.toLowerCase()]);
  const open = !isLoopback(host) && hosts.length === 0;
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, connectionsCheckingInterval: 5000 },
    nodeHandler({
      async fetch(request, env) {
        const header = request.headers.get('host');
        const name = nameOf(header ?? '');
        // No browser leaves it out; checks of HTTP/1.0 do.
        if (header === null || open || isLoopback(name) || names.has(name))
          return own.fetch(request, env);
        return new Problem(421, 'The request is for another host than this.').response();
      },
    }),
  );
  server.on('connection', (socket) => socket.unref()).unref();
  try {
    // Exclusive: the workers of a cluster would share the port, and `isolate` reach one of them.
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
  } catch (cause) {
    if (!given) own.close();
    throw listenError('The health routes', { host, port }, cause as NodeJS.ErrnoException);
  }
  let closed: Promise<void> | undefined;
  return {
    url: urlOf(host, server.address() as AddressInfo),
    close: function close() {
      closed ??= new Promise((resolve) => {
        if (!given) own.close();
        const impatience = setTimeout(() => server.closeAllConnections(), GRACE_MS);
        server.close(() => {
          clearTimeout(impatience);
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

function addressOf(options: ListenOptions): Required<ListenOptions> {
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

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}

/** The name in a `Host` header, without the port. */
function nameOf(header: string): string {
  const url = `http://${header}`;
  if (!URL.canParse(url)) return '';
  return new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

function urlOf(host: string, { port }: AddressInfo): string {
  // Where it listens on every address, this machine's own is one that can be asked.
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`;
}
