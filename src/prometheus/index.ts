/**
 * Metrics for Prometheus from services that have no OpenTelemetry SDK yet.
 *
 * @module
 */

import { createPage, type MetricsPage } from './metrics-page.ts';
import {
  type MetricsOptions,
  type PageOptions,
  resolveMetricsSettings,
  resolvePageSettings,
} from './options.ts';
import { serve } from './server.ts';

export type { MetricsOptions, MetricsPage, PageOptions };

/**
 * A running endpoint for Prometheus.
 *
 * @example
 * const metrics: Metrics = await startMetrics();
 * console.log(metrics.url);
 */
export interface Metrics extends MetricsPage {
  /** The address to scrape, such as `http://localhost:9464/metrics`. */
  readonly url: string;
  /**
   * Responds to scrapes in progress, closes the endpoint and unregisters the provider, so that
   * `startMetrics` can be called again. Can be called more than once.
   */
  readonly shutdown: () => Promise<void>;
}

/**
 * Starts a global meter provider with a Prometheus endpoint, for a service without OpenTelemetry SDK. A
 * service with an SDK adds a Prometheus reader to its meter provider instead.
 *
 * Policies can be instrumented before or after. The endpoint does not keep the process alive.
 * `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` become `target_info`. Needs the optional peers
 * `@opentelemetry/sdk-metrics`, `@opentelemetry/exporter-prometheus` and `@opentelemetry/resources`.
 *
 * @throws TypeError if an option is invalid
 * @throws Error if a peer is not installed, a global meter provider is registered already, another
 *   version of the API was loaded first, or the port cannot be used; nothing keeps running then
 * @example
 * import { startMetrics } from 'cockatiel-otel/prometheus';
 * const { url, shutdown } = await startMetrics({ port: 9464 });
 */
export async function startMetrics(options: MetricsOptions = {}): Promise<Metrics> {
  const { cardinalityLimit, ...address } = resolveMetricsSettings(options);
  const { register, respond, ...page } = await createPage(cardinalityLimit);
  const endpoint = await serve(address, respond);
  // Registered last, so that nothing must be undone if the port is in use.
  try {
    register();
  } catch (error) {
    await endpoint.close();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  return {
    ...page,
    url: endpoint.url,
    shutdown: function shutdown() {
      stopped ??= endpoint.close().then(page.shutdown);
      return stopped;
    },
  };
}

/**
 * Like `startMetrics`, without an endpoint: for a service that serves `/metrics` itself, or uses
 * prom-client. Registers a global meter provider.
 *
 * @throws TypeError if an option is invalid
 * @throws Error as `startMetrics`, except for the port
 * @example
 * import { createMetrics } from 'cockatiel-otel/prometheus';
 * const metrics = await createMetrics();
 * app.get('/metrics', metrics.handler); // Express
 * // With prom-client:
 * response.end((await promClient.register.metrics()) + (await metrics.collect()));
 * // With `fetch` handlers:
 * new Response(await metrics.collect(), { headers: { 'content-type': metrics.contentType } });
 */
export async function createMetrics(options: PageOptions = {}): Promise<MetricsPage> {
  const {
    register,
    respond: _,
    ...page
  } = await createPage(resolvePageSettings(options).cardinalityLimit);
  register();
  return page;
}
