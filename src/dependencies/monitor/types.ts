import type { InstrumentOptions } from '../../instrument-options.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Check, CheckOptions, SystemHealth, SystemReport } from '../checks/types.ts';

/**
 * What a recovery receives.
 *
 * @example
 * const recover = ({ signal }: RecoverContext) => pool.reconnect({ signal });
 */
export interface RecoverContext {
  /** The name of the dependency. */
  readonly name: string;
  /** 1 for the first attempt since the dependency was last available. */
  readonly attempt: number;
  /** The error of the last check. */
  readonly error: string;
  /** Aborted at the timeout, and when the monitor is stopped. */
  readonly signal: AbortSignal;
}

/**
 * Tries to recover an unavailable dependency, for example with a new connection. The attempt fails if
 * the function throws, rejects, times out or returns `false`. Otherwise the dependency is checked at
 * once, and only this check decides whether it is available.
 *
 * @example
 * const recover: Recover = ({ signal }) => pool.reconnect({ signal });
 */
export type Recover = (context: RecoverContext) => unknown;

/**
 * Options that a dependency may override; the others apply to the whole monitor.
 *
 * @example
 * const options: DependencyOptions = { interval: 10_000, recover: () => pool.reconnect() };
 */
export interface DependencyOptions extends CheckOptions {
  /**
   * Milliseconds from the start of one check to the start of the next. A check that takes longer
   * delays the next check of its dependency only.
   * @default 30_000
   */
  readonly interval?: number;
  /**
   * Called while the dependency is unavailable.
   * @default none: the dependency is only checked
   */
  readonly recover?: Recover;
  /**
   * Milliseconds until a recovery attempt is aborted and counts as failed.
   * @default 30_000
   */
  readonly recoverTimeout?: number;
}

/**
 * A check with options of its own.
 *
 * @example
 * const database: Dependency = { check: () => pool.query('SELECT 1'), interval: 10_000 };
 */
export interface Dependency extends DependencyOptions {
  /** Checks whether the dependency is available. */
  readonly check: Check;
}

/**
 * Checks, or checks with options of their own, by the names of the dependencies.
 *
 * @example
 * const dependencies: Dependencies = { workday: checkWorkday, database: { check, recover } };
 */
export type Dependencies = Readonly<Record<string, Check | Dependency>>;

/**
 * A dependency that became available or unavailable.
 *
 * @example
 * const onChange = ({ name, error }: DependencyChange) => console.log(name, error ?? 'available');
 */
export interface DependencyChange {
  /** The name of the dependency. */
  readonly name: string;
  /** Whether the dependency is available now. */
  readonly available: boolean;
  /** Why the dependency is unavailable; `null` if it is available. */
  readonly error: string | null;
}

/**
 * A dependency that is still unavailable after `alertAfter` recovery attempts.
 *
 * @example
 * const onAlert = ({ name, attempts }: DependencyAlert) => page(`${name}: ${attempts} attempts`);
 */
export interface DependencyAlert {
  /** The name of the dependency. */
  readonly name: string;
  /** Recovery attempts since the dependency was last available. */
  readonly attempts: number;
  /** The error of the last check. */
  readonly error: string;
}

/**
 * Options of `monitorDependencies`.
 *
 * @example
 * monitorDependencies(checks, { interval: 10_000, logger: console });
 */
export interface MonitorOptions extends DependencyOptions {
  /**
   * The share of the interval, from 0 to 1, by which each interval is randomly longer or shorter, so
   * that replicas do not check at the same time.
   * @default 0.1
   */
  readonly jitter?: number;
  /**
   * Milliseconds before the first recovery attempt; the delay doubles with each attempt.
   * @default 1000
   */
  readonly initialDelay?: number;
  /**
   * The longest delay between recovery attempts, in milliseconds.
   * @default 60_000, or `initialDelay` if that is longer
   */
  readonly maxDelay?: number;
  /**
   * The number of recovery attempts after which `onAlert` is called and the logger gets an error, once
   * per outage. Attempts continue.
   * @default 10
   */
  readonly alertAfter?: number;
  /**
   * Called after the first check, and at each change of availability. The monitor ignores what hooks
   * return, throw or reject with.
   * @default none
   */
  readonly onChange?: (change: DependencyChange) => unknown;
  /**
   * Called once per outage, after `alertAfter` attempts.
   * @default none
   */
  readonly onAlert?: (alert: DependencyAlert) => unknown;
  /**
   * Gets a line per change of availability and per recovery attempt.
   * @default none
   */
  readonly logger?: Logger;
  /**
   * The meter provider of the metrics.
   * @default the global meter provider, whenever it is registered
   */
  readonly meterProvider?: InstrumentOptions['meterProvider'] | undefined;
}

/**
 * The result of the last check of a dependency, and the state of its recovery.
 *
 * @example
 * const { recovery_attempts } = monitor.state().systems['database'] ?? {};
 */
export interface DependencyReport extends SystemReport {
  /** Time of the last check, ISO 8601; `null` before the first one, when `available` is `false`. */
  readonly checked_at: string | null;
  /** When `available` last changed, ISO 8601; `null` before the first check. */
  readonly since: string | null;
  /** Recovery attempts since the dependency was last available. */
  readonly recovery_attempts: number;
}

/**
 * A running monitor; disposing of it stops it.
 *
 * @example
 * const monitor: DependencyMonitor = monitorDependencies(checks);
 * await monitor.ready;
 */
export interface DependencyMonitor extends Disposable {
  /** The results of the last checks; runs no check. */
  state(): SystemHealth<DependencyReport>;
  /**
   * Resolves when each dependency has been checked once, or the monitor is stopped. Reading it keeps
   * the process alive until then.
   */
  readonly ready: Promise<void>;
  /** Ends all timers and aborts running checks and recoveries. Further calls do nothing. */
  stop(): void;
}
