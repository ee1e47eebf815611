import type { InstrumentOptions } from '../../instrument-options.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Check, CheckOptions, SystemHealth, SystemReport } from '../checks/types.ts';

export interface RecoverContext {
  /** The dependency's. */
  readonly name: string;
  /** 1 for the first since it was available last. */
  readonly attempt: number;
  /** Why it is not available, as the last check found. */
  readonly error: string;
  /** Aborted when the time is over, or the monitor is stopped. */
  readonly signal: AbortSignal;
}

/**
 * Tries to bring a dependency back, such as by a new connection. It has failed when it throws,
 * rejects, takes too long or gives `false`, and has succeeded otherwise; whether it helped is for
 * the check to say, which comes at once then.
 */
export type Recover = (context: RecoverContext) => unknown;

/** What a dependency may have of its own; the rest is that of the monitor. */
export interface DependencyOptions extends CheckOptions {
  /**
   * From the beginning of one check to that of the next, in milliseconds. One that takes longer
   * holds up the next one of its dependency, and of no other.
   * @default 30_000, as is documented
   */
  readonly interval?: number;
  /** @default none: it is only checked */
  readonly recover?: Recover;
  /**
   * The longest that an attempt to recover may take, in milliseconds.
   * @default 30_000
   */
  readonly recoverTimeout?: number;
}

export interface Dependency extends DependencyOptions {
  readonly check: Check;
}

/** A check, or a check with options of its own, by the name of the dependency. */
export type Dependencies = Readonly<Record<string, Check | Dependency>>;

/** A dependency that became available, or no longer is. */
export interface DependencyChange {
  readonly name: string;
  readonly available: boolean;
  /** Why it is not available; `null` if it is. */
  readonly error: string | null;
}

/** A dependency that so many attempts have not recovered. */
export interface DependencyAlert {
  readonly name: string;
  readonly attempts: number;
  readonly error: string;
}

export interface MonitorOptions extends DependencyOptions {
  /**
   * A share of the interval, from 0 to 1, by which each one is longer or shorter, at random: so
   * replicas do not check all at once.
   * @default 0.1
   */
  readonly jitter?: number;
  /**
   * The wait before the first attempt to recover, in milliseconds; it doubles with each further one.
   * @default 1000
   */
  readonly firstWait?: number;
  /** @default 60_000 */
  readonly longestWait?: number;
  /**
   * So many attempts that did not help are told by `onAlert` and as an error to the logger, once.
   * Attempts go on, as long as it takes.
   * @default 10
   */
  readonly alertAfter?: number;
  /** Nobody waits for it, and what it throws is dropped, as of every hook. */
  readonly onChange?: (change: DependencyChange) => unknown;
  readonly onAlert?: (alert: DependencyAlert) => unknown;
  /** @default none */
  readonly logger?: Logger;
  /** @default the global meter provider, whenever it is registered */
  readonly meterProvider?: InstrumentOptions['meterProvider'] | undefined;
}

/** What the last check of a dependency found, and what became of it. */
export interface DependencyReport extends SystemReport {
  /** When that was; `null` before the first check, where it does not count as available. */
  readonly checked_at: string | null;
  /** Since when it is available, or is not. */
  readonly since: string | null;
  /** Attempts to recover it, since it was available last. */
  readonly recovery_attempts: number;
}

/** Stops when it is disposed of. */
export interface DependencyMonitor extends Disposable {
  /** What the last checks found; asks nobody. */
  state(): SystemHealth<DependencyReport>;
  /**
   * Resolves when each dependency has been checked once, or the monitor is stopped. Once it was read,
   * the process does not end before.
   */
  readonly ready: Promise<void>;
  /** Checks no more, and aborts what is under way. Again, it does nothing. */
  stop(): void;
}
