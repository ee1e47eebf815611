/**
 * Documented policies: a call to protect, the documents' numbers, one line.
 *
 * @module
 */
export type { PresetName } from '../presets.ts';
export { type Configuration, configuration } from './configuration.ts';
export { createPolicy } from './policy.ts';
export { dispose, isolate, type PolicyForOptions, policies, policyFor, reset } from './registry.ts';
export type {
  BulkheadSettings,
  CircuitBreakerSettings,
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
