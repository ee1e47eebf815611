/**
 * Metrics for Prometheus from services that have no OpenTelemetry SDK yet.
 *
 * @module
 */

import { type MetricsPage, newPage } from './metrics-page.ts';
import {
  type MetricsOptions,
  type PageOptions,
  resolveMetricsSettings,
  resolvePageSettings,
} from './options.ts';
import { serve } from './server.ts';

export type { MetricsOptions, MetricsPage, PageOptions };

/** A running endpoint. */
export interface Metrics extends MetricsPage {
  /** Where to scrape, such as `http://localhost:9464/metrics`. */
  readonly url: string;
  /**
   * Answers the scrapes under way, closes the endpoint and unregisters the provider, so that
   * `startMetrics` can be called again. May be called more than once.
   */
  readonly shutdown: () => Promise<void>;
}

/**
 * Starts a global meter provider with a Prometheus endpoint, for a service that has no
 * OpenTelemetry SDK. (Where there is one, add a Prometheus reader to its meter provider instead.)
 *
 * Policies may be instrumented before or after. The endpoint does not keep the process alive.
 * `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` become `target_info`. Needs the optional peers
 * `@opentelemetry/sdk-metrics`, `@opentelemetry/exporter-prometheus` and `@opentelemetry/resources`.
 *
 * @throws TypeError if an option is not what it must be
 * @throws Error if a peer is not installed, a global meter provider is registered already, another
 *   version of the API was first, or the port can't be listened on; nothing is left running then
 * @example
 * import { startMetrics } from 'cockatiel-otel/prometheus';
 * const { url, shutdown } = await startMetrics({ port: 9464 });
 */
export async function startMetrics(options: MetricsOptions = {}): Promise<Metrics> {
  const { cardinalityLimit, ...address } = resolveMetricsSettings(options);
  const { register, answer, ...page } = await newPage(cardinalityLimit);
  const endpoint = await serve(address, answer);
  // Last, so that nothing has to be taken back where the port is in use.
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
 * As `startMetrics`, without an endpoint: for a service that serves `/metrics` itself, or beside
 * prom-client. Registers a global meter provider.
 *
 * @throws TypeError if an option is not what it must be
 * @throws Error as `startMetrics`, except for the port
 * @example
 * import { createMetrics } from 'cockatiel-otel/prometheus';
 * const metrics = await createMetrics();
 * app.get('/metrics', metrics.handler); // Express
 * // Beside prom-client:
 * response.end((await promClient.register.metrics()) + (await metrics.collect()));
 * // Where handlers are of `fetch`:
 * new Response(await metrics.collect(), { headers: { 'content-type': metrics.contentType } });
 */
export async function createMetrics(options: PageOptions = {}): Promise<MetricsPage> {
  const {
    register,
    answer: _,
    ...page
  } = await newPage(resolvePageSettings(options).cardinalityLimit);
  register();
  return page;
}
