import { createNoopMeter, type MeterProvider, metrics } from '@opentelemetry/api';

/** Whether a meter provider is registered; the API's own stand-in gives the meter that does nothing. */
export function isRegistered(): boolean {
  return metrics.getMeterProvider().getMeter('cockatiel-otel') !== createNoopMeter();
}

/** Makes a provider the global one; `false` if there is another. */
export function register(provider: MeterProvider): boolean {
  return metrics.setGlobalMeterProvider(provider);
}

/** Makes room for another global provider, if the global one is still this. */
export function unregister(provider: MeterProvider): void {
  if (metrics.getMeterProvider() === provider) metrics.disable();
}
