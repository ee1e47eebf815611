/**
 * A Prometheus endpoint for services that have no OpenTelemetry SDK yet.
 *
 * @module
 */
import type { MeterProvider } from '@opentelemetry/api';
import { apiConflict, conflictMessage } from './otel/api-version.ts';
import { warn } from './otel/diagnostics.ts';
import { isRegistered, register, unregister } from './otel/registration.ts';
import { serve } from './prometheus/endpoint.ts';
import { type MetricsOptions, settingsOf } from './prometheus/options.ts';
import { peers } from './prometheus/peers.ts';
import { NAMESPACE } from './semconv/attributes.ts';

export type { MetricsOptions };

/** A running endpoint. */
export interface Metrics {
  /** Where to scrape, such as `http://localhost:9464/metrics`. */
  readonly url: string;
  /** The provider that was registered, for metrics of your own. */
  readonly meterProvider: MeterProvider;
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
 * Needs the optional peers `@opentelemetry/sdk-metrics` and `@opentelemetry/exporter-prometheus`.
 *
 * @throws TypeError if an option is not what it must be
 * @throws Error if a peer is not installed, a global meter provider is registered already, another
 *   version of the API was first, or the port can't be listened on; nothing is left running then
 * @example
 * import { startMetrics } from 'cockatiel-otel/prometheus';
 * const { url, shutdown } = await startMetrics({ port: 9464 });
 */
export async function startMetrics(options: MetricsOptions = {}): Promise<Metrics> {
  const { cardinalityLimit, ...address } = settingsOf(options);
  if (isRegistered()) throw alreadyRegistered();
  const conflict = apiConflict();
  if (conflict) throw new Error(conflictMessage(conflict));
  const { sdk, exporter } = await peers();
  const reader = new exporter.PrometheusExporter({ preventServerStart: true });
  const serializer = new exporter.PrometheusSerializer();
  const meterProvider = new sdk.MeterProvider({
    readers: [reader],
    // Only where it is asked for: SDK 2.x runs every measurement of a view through a processor.
    views: cardinalityLimit
      ? [{ instrumentName: `${NAMESPACE}*`, aggregationCardinalityLimit: cardinalityLimit }]
      : [],
  });

  const endpoint = await serve(address, async () => {
    const { resourceMetrics, errors } = await reader.collect();
    for (const error of errors) warn(`a metric could not be collected: ${error}`);
    return serializer.serialize(resourceMetrics);
  });
  // Last, so that nothing has to be taken back where the port is in use.
  if (!register(meterProvider)) {
    await endpoint.close();
    throw alreadyRegistered();
  }

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    await endpoint.close();
    unregister(meterProvider);
    await meterProvider.shutdown();
  }
  return {
    url: endpoint.url,
    meterProvider,
    shutdown: function shutdown() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function alreadyRegistered(): Error {
  return new Error(
    'startMetrics found a global meter provider that is registered already, and leaves it alone: ' +
      'call startMetrics once, before any other SDK, or add a PrometheusExporter to the readers of yours',
  );
}
