/**
 * Documented policies: a call to protect, the documents' numbers, one line.
 *
 * @module
 */
export type { PresetName } from '../presets/presets.ts';
export { type Configuration, configuration } from './config/environment.ts';
export {
  configurationReport,
  type ReportedSetting,
  reportJson,
  reportTable,
} from './config/report.ts';
export { createPolicy } from './create-policy.ts';
export { ExecutionAbortedError } from './execution-aborted-error.ts';
export type { Copy } from './fallback/copy-mode.ts';
export {
  type CachedOptions,
  fallbackTo,
  type Stale,
  type StaleOptions,
} from './fallback/fallback-to.ts';
export { gather } from './gather/gather.ts';
export type {
  Gathered,
  GatherOptions,
  Part,
  PartContext,
  PartFailure,
  Parts,
} from './gather/types.ts';
export { dispose, isolate, type PolicyForOptions, policies, policyFor, reset } from './registry.ts';
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
