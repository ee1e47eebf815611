import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MeterProvider } from '@opentelemetry/api';
import { apiConflict, conflictMessage } from '../otel/api-version.ts';
import { isRegistered, register, unregister } from '../otel/registration.ts';
import { NAMESPACE } from '../semconv/attributes.ts';
import { warn } from '../shared/diagnostics.ts';
import { errorText } from '../shared/error-text.ts';
import { loadPeers } from './load-peers.ts';
import { resourceOf } from './resource.ts';
import { EXPOSITION, type RequestHandler, toRequestHandler } from './responses.ts';

/**
 * The metrics page, for your own server.
 *
 * @example
 * const page: MetricsPage = await createMetrics();
 * app.get('/metrics', page.handler);
 */
export interface MetricsPage {
  /** The registered meter provider. You can use it for your own metrics too. */
  readonly meterProvider: MeterProvider;
  /** Media type of the page: Prometheus text format 0.0.4. */
  readonly contentType: string;
  /**
   * Collects the page. It ends with a line break, so that it can be appended to a page of prom-client.
   * Rejects if the collection fails: respond with 500 then, so that Prometheus reports the target as down.
   */
  readonly collect: () => Promise<string>;
  /**
   * Handles a request of Node's server, Express, Koa or Fastify on any path: GET and HEAD return the
   * page, other methods 405, and a failed collection 500. Never rejects.
   */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Shuts down and unregisters the provider, so that another can be registered. Idempotent. */
  readonly shutdown: () => Promise<void>;
}

export interface UnregisteredPage extends MetricsPage {
  readonly respond: RequestHandler;
  /** @throws Error if another provider was registered in the meantime */
  readonly register: () => void;
}

/** @throws Error if a peer is not installed, or a global meter provider cannot be registered */
export async function createPage(cardinalityLimit: number | undefined): Promise<UnregisteredPage> {
  if (isRegistered()) throw alreadyRegistered();
  const conflict = apiConflict();
  if (conflict) throw new Error(conflictMessage(conflict));
  const { sdk, exporter, resources } = await loadPeers();
  const reader = new exporter.PrometheusExporter({ preventServerStart: true });
  const serializer = new exporter.PrometheusSerializer();
  const meterProvider = new sdk.MeterProvider({
    readers: [reader],
    resource: resourceOf(resources),
    // Only if a limit is set: with a view, SDK 2.x passes every measurement through a processor.
    views: cardinalityLimit
      ? [{ instrumentName: `${NAMESPACE}*`, aggregationCardinalityLimit: cardinalityLimit }]
      : [],
  });

  async function collect(): Promise<string> {
    const { resourceMetrics, errors } = await reader.collect();
    for (const error of errors) warn(`a metric could not be collected: ${errorText(error)}`);
    const page = serializer.serialize(resourceMetrics);
    return page.endsWith('\n') ? page : `${page}\n`;
  }

  const respond = toRequestHandler(collect);
  let stopped: Promise<void> | undefined;
  return {
    meterProvider,
    contentType: EXPOSITION,
    collect,
    respond,
    handler: async function handler(request, response) {
      const [status, body, headers] = await respond(request);
      response.writeHead(status, headers).end(body);
    },
    register() {
      if (!register(meterProvider)) throw alreadyRegistered();
    },
    shutdown: function shutdown() {
      unregister(meterProvider);
      stopped ??= meterProvider.shutdown();
      return stopped;
    },
  };
}

function alreadyRegistered(): Error {
  return new Error(
    'A global meter provider is registered already, and is left alone: call startMetrics or ' +
      'createMetrics only once, before any other SDK, or add a PrometheusExporter to the readers of ' +
      'your MeterProvider',
  );
}
