/** The names: a leaf that imports nothing. @module */
export * from './attributes.ts';
export type { InstrumentKind, Metric, Series } from './metrics.ts';
export * as metrics from './metrics.ts';
