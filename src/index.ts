/**
 * OpenTelemetry metrics for cockatiel policies.
 *
 * @module
 */

export { instrument, snapshot, uninstrument } from './instrument.ts';
export type { InstrumentOptions } from './instrument-options.ts';
export type { PolicySnapshot } from './metrics/snapshot.ts';
