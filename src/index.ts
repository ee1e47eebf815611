/**
 * OpenTelemetry metrics for cockatiel policies.
 *
 * @module
 */

export { instrument, snapshot, uninstrument } from './instrument.ts';
export type { InstrumentOptions } from './instrument-options.ts';
export type { ConstantAttributes } from './metrics/policy-metrics.ts';
export type { PolicySnapshot } from './metrics/snapshot.ts';
export type {
  BulkheadResult,
  CircuitBreakerAction,
  CircuitBreakerResult,
  CircuitBreakerState,
  FallbackResult,
  Outcome,
  RetryResult,
  TimeoutResult,
} from './semconv/attributes.ts';
