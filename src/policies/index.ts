/**
 * Documented policies: a call to protect, the documents' numbers, one line.
 *
 * @module
 */
export type { PresetName } from '../presets.ts';
export { ExecutionAbortedError } from './aborted.ts';
export { type Configuration, configuration } from './configuration.ts';
export type { Copy } from './fallback/copy.ts';
export {
  type CachedOptions,
  fallbackTo,
  type Stale,
  type StaleOptions,
} from './fallback/strategies.ts';
export { gather } from './gather/gather.ts';
export type {
  Gathered,
  GatherOptions,
  Part,
  PartContext,
  PartFailure,
  Parts,
} from './gather/types.ts';
export { createPolicy } from './policy.ts';
export { dispose, isolate, type PolicyForOptions, policies, policyFor, reset } from './registry.ts';
export {
  configurationReport,
  type ReportedSetting,
  reportJson,
  reportTable,
} from './report.ts';
export { type ResilientDecorator, type ResilientOptions, resilient } from './resilient.ts';
export type {
  BulkheadSettings,
  CircuitBreakerSettings,
  Failed,
  FallbackCall,
  FallbackStrategy,
  Handles,
  HandlesResult,
  Member,
  Origin,
  PolicyOverrides,
  PolicySettings,
  ResilientPolicy,
  RetrySettings,
  TimeoutSettings,
} from './types.ts';
