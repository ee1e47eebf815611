/**
 * Resilience policies from presets: `createPolicy`, `resilient`, fallbacks, and `gather`.
 *
 * @module
 */
export type { PresetName } from '../presets/presets.ts';
export type { FallbackType } from '../semconv/attributes.ts';
export { type EnvironmentValues, readEnvironment } from './config/environment.ts';
export type { CopyMode } from './fallback/copy-mode.ts';
export {
  type CachedOptions,
  fallbackTo,
  type StaleOptions,
  type StaleValue,
} from './fallback/fallback-to.ts';
export type { StoreOptions } from './fallback/options.ts';
export { gather } from './gather/gather.ts';
export type {
  Gathered,
  GatherOptions,
  Part,
  PartContext,
  PartFailure,
  PartResults,
  Parts,
} from './gather/types.ts';
export { RetryBudget, type RetryBudgetOptions } from './members/retry-budget.ts';
export type {
  BulkheadSettings,
  CircuitBreakerSettings,
  ErrorFilter,
  FailureKind,
  FallbackCall,
  FallbackStrategy,
  FilterSettings,
  Overrides,
  PolicyMember,
  PolicyOverrides,
  PolicySettings,
  ResilientPolicy,
  ResultFilter,
  RetrySettings,
  SettingOrigin,
  TimeoutSettings,
} from './members/types.ts';
export { type NameOrPolicy, resilient } from './resilient/resilient.ts';
export { type ResilientMethodDecorator, resilientMethod } from './resilient/resilient-method.ts';
export type { ResilientOptions } from './resilient/resilient-options.ts';
export { createPolicy } from './stack/create-policy.ts';
export { ExecutionAbortedError } from './stack/execution-aborted-error.ts';
export { type PolicyForOptions, policyFor, policyRegistry } from './stack/registry.ts';
