/**
 * Operating a service: whether what it needs is there, and what its policies do.
 *
 * @module
 */
export type { Done } from './administration.ts';
export type { BreakerSummary, BreakerView, InstanceView } from './breakers.ts';
export { checkSystemHealth } from './checks/checks.ts';
export type {
  Check,
  CheckContext,
  CheckOptions,
  Checks,
  HealthSummary,
  SystemHealth,
  SystemHealthOptions,
  SystemReport,
} from './checks/types.ts';
export type { EventLoggerProvider, EventRecord } from './events.ts';
export type { ExecutionsView, ExecutionView } from './executions.ts';
export { type Listening, type ListenOptions, listen } from './listen.ts';
export { type LogChangesOptions, logChanges } from './log-changes.ts';
export type { LogFields, Logger } from './logger.ts';
export { monitorDependencies } from './monitor/monitor.ts';
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
} from './monitor/types.ts';
export { type NodeHandler, nodeHandler } from './node.ts';
export type { HealthLimits, HealthOptions } from './options.ts';
export { type HealthRoutes, healthRoutes } from './routes.ts';
export type { HealthView } from './status.ts';
