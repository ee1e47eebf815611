/**
 * OpenTelemetry metrics for cockatiel policies.
 *
 * @module
 */
export type { PolicySnapshot } from './aggregate/snapshot.ts';
export { instrument, snapshot, uninstrument } from './instrumented.ts';
export type { InstrumentOptions } from './options.ts';
