/**
 * Operating a service: whether what it needs is there, and what its policies do.
 *
 * @module
 */
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
