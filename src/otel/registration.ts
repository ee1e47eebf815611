import { createNoopMeter, type MeterProvider, metrics } from '@opentelemetry/api';

/** Whether a meter provider is registered. Without one, the API returns its no-op meter. */
export function isRegistered(): boolean {
  return metrics.getMeterProvider().getMeter('cockatiel-otel') !== createNoopMeter();
}

/** Registers the global meter provider; returns `false` if there is another. */
export function register(provider: MeterProvider): boolean {
  return metrics.setGlobalMeterProvider(provider);
}

/** Unregisters the global meter provider if it is this one. */
export function unregister(provider: MeterProvider): void {
  if (metrics.getMeterProvider() === provider) metrics.disable();
}
