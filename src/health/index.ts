/**
 * Health checks of dependencies, and an HTTP API to observe and operate policies.
 *
 * @module
 */

export { checkSystemHealth } from '../dependencies/checks/check-system-health.ts';
export type {
  Check,
  CheckContext,
  CheckOptions,
  Checks,
  HealthSummary,
  SystemHealth,
  SystemHealthOptions,
  SystemReport,
} from '../dependencies/checks/types.ts';
export { monitorDependencies } from '../dependencies/monitor/monitor-dependencies.ts';
export type {
  Dependencies,
  Dependency,
  DependencyAlert,
  DependencyChange,
  DependencyMonitor,
  DependencyOptions,
  DependencyReport,
  MonitorOptions,
  Recover,
  RecoverContext,
} from '../dependencies/monitor/types.ts';
export type {
  BreakerSummary,
  BreakerView,
  ExecutionsView,
  ExecutionView,
  HealthView,
  InstanceView,
  OperationResult,
} from '../operations/contract.ts';
export type { EventLoggerProvider, EventRecord } from '../operations/events/event-logger.ts';
export { type LogChangesOptions, logChanges } from '../operations/events/log-changes.ts';
export type { HealthLimits, HealthOptions } from '../operations/options/options.ts';
export type { LogFields, Logger } from '../shared/logger.ts';
export { type HealthRoutes, healthRoutes } from './health-routes.ts';
export { type HealthServer, type ListenOptions, listen } from './listen.ts';
export { type NodeHandler, nodeHandler } from './node-handler.ts';
