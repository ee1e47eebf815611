/**
 * Names of metrics and attributes, for your own queries, views and tests.
 *
 * @module
 */
export * from './attributes.ts';
export type { InstrumentKind, Metric, Series } from './metrics.ts';
export * as metrics from './metrics.ts';
