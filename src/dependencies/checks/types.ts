/**
 * Checks whether a system is available. It is if the check returns or resolves in time. It is not if
 * the check throws, rejects or times out, or if its value is `false`, `{ available: false }` or has
 * `ok: false`, like the response of a `fetch` with status 503.
 *
 * @example
 * const workday: Check = ({ signal }) => fetch('https://workday.example/ping', { signal });
 */
export type Check = (context: CheckContext) => unknown;

/**
 * What a check receives.
 *
 * @example
 * const check = ({ signal }: CheckContext) => fetch('https://workday.example/ping', { signal });
 */
export interface CheckContext {
  /** Aborted when the check times out, or its caller or monitor no longer needs it. */
  readonly signal: AbortSignal;
}

/**
 * Checks by the names of their systems; each is a function or an object with one, such as that of
 * `dependency()` of a supervised connection.
 *
 * @example
 * const checks: Checks = { database: () => pool.query('SELECT 1') };
 */
export type Checks = Readonly<Record<string, Check | { readonly check: Check }>>;

/**
 * Limits of a check.
 *
 * @example
 * const options: CheckOptions = { timeout: 2000, slowAfter: 500 };
 */
export interface CheckOptions {
  /**
   * Milliseconds until a check is aborted and its system counts as unavailable.
   * @default 10_000
   */
  readonly timeout?: number;
  /**
   * Milliseconds after which a check is `slow`: its system is under load.
   * @default 5000
   */
  readonly slowAfter?: number;
}

/**
 * Options of `checkSystemHealth`.
 *
 * @example
 * await checkSystemHealth(checks, { timeout: 2000, signal: AbortSignal.timeout(5000) });
 */
export interface SystemHealthOptions extends CheckOptions {
  /**
   * Aborts all checks; `checkSystemHealth` rejects with its reason.
   * @default none
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The result of one check.
 *
 * @example
 * const { available, error } = health.systems['workday'] ?? {};
 */
export interface SystemReport {
  /** Whether the check succeeded in time. */
  readonly available: boolean;
  /** Milliseconds. */
  readonly response_time_ms: number;
  /** Whether the check took longer than `slowAfter`, also if it failed. */
  readonly slow: boolean;
  /** Why the system is unavailable, in one short line without secrets; `null` if it is available. */
  readonly error: string | null;
}

/**
 * How many systems are available.
 *
 * @example
 * if (!health.summary.safe_for_bulk_work) postponeBulkWork();
 */
export interface HealthSummary {
  /** The number of checked systems. */
  readonly total_systems: number;
  /** The number of systems whose check succeeded. */
  readonly available_systems: number;
  /** The number of systems whose check failed. */
  readonly unavailable_systems: number;
  /** 0 to 100, with two decimals; 0 without systems. */
  readonly availability_percentage: number;
  /** Whether at least 80 % of the systems are available; `false` without systems. */
  readonly safe_for_bulk_work: boolean;
}

/**
 * The results of all checks.
 *
 * @example
 * const { systems, summary } = await checkSystemHealth(checks);
 */
export interface SystemHealth<S extends SystemReport = SystemReport> {
  /** When this object was created: ISO 8601, UTC. */
  readonly timestamp: string;
  /** The result of each check, by the name of its system. */
  readonly systems: Readonly<Record<string, S>>;
  /** How many systems are available. */
  readonly summary: HealthSummary;
}
