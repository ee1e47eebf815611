/**
 * Looks whether a system is there. It is when the check returns, or resolves, in time; it is not
 * when the check throws, rejects or hangs, or gives `false`, `{ available: false }` or what is not
 * `ok`, such as the response of a `fetch` with status 503.
 */
export type Check = (context: CheckContext) => unknown;

export interface CheckContext {
  /** Aborted when nobody waits for the check any more. */
  readonly signal: AbortSignal;
}

/** Checks by the name of their system. */
export type Checks = Readonly<Record<string, Check>>;

export interface CheckOptions {
  /**
   * The longest that a check may take, in milliseconds; it is aborted then, and its system
   * unavailable.
   * @default 10_000
   */
  readonly timeout?: number;
  /**
   * A check that takes longer, in milliseconds, finds a system under load.
   * @default 5000, the documented limit
   */
  readonly slowAfter?: number;
}

export interface SystemHealthOptions extends CheckOptions {
  /** The caller's: it aborts the checks, and the answer is rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a check found. */
export interface SystemReport {
  readonly available: boolean;
  readonly response_time_ms: number;
  /** Whether the check took longer than `slowAfter`, whatever became of it. */
  readonly slow: boolean;
  /** Why it is not available, in one short line; `null` if it is. */
  readonly error: string | null;
}

export interface HealthSummary {
  readonly total_systems: number;
  readonly available_systems: number;
  readonly unavailable_systems: number;
  /** With two digits after the point; 0 where there is no system. */
  readonly availability_percentage: number;
  /** Whether 80 % are available, as is documented; of no system nothing is known, and it is not. */
  readonly safe_for_bulk_work: boolean;
}

export interface SystemHealth<S extends SystemReport = SystemReport> {
  /** When it was put together: ISO 8601, in UTC. */
  readonly timestamp: string;
  readonly systems: Readonly<Record<string, S>>;
  readonly summary: HealthSummary;
}
