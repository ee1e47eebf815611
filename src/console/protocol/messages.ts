import type { FeedEvent } from '../../operations/events/feed-event.ts';
import type { CircuitBreakerState } from '../../semconv/attributes.ts';

/**
 * The JSON messages of the live page's stream: one `snapshot` on each connection, then an `update`
 * every second. Lists of outcomes and states have the order of `semconv`. Times are milliseconds
 * since 1970.
 */

/** The circuit breakers of a name, merged: the fields are those of the worst one. */
export interface RowBreaker {
  readonly state: CircuitBreakerState;
  /** When it left closed; for a closed one, when it entered the state. */
  readonly since: number | null;
  /** The number of circuit breakers in each state. */
  readonly states: readonly number[];
  /** Consecutive failures; `null` if unknown. */
  readonly failures: number | null;
  readonly failureLimit: number | null;
  readonly nextProbeAt: number | null;
  readonly lastErrorType: string | null;
  /** Whether an operator has isolated at least one of them. */
  readonly isIsolatedByOperator: boolean;
}

/** The policies of one name. Counts are those of the last minute, unless stated otherwise. */
export interface Row {
  readonly name: string;
  readonly breaker?: RowBreaker;
  /** Outcomes since the previous message. */
  readonly latest: readonly number[];
  readonly outcomes: readonly number[];
  /** Executions in progress. */
  readonly active: number;
  /** Seconds, of answered calls of the last 10 s; `null` if there were none. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** The number of calls behind `p50` and `p95`. */
  readonly timedCalls: number;
  readonly retry?: {
    readonly calls: number;
    readonly retries: number;
    readonly exhausted: number;
  };
  readonly timeout?: {
    readonly calls: number;
    readonly timedOut: number;
    /** Seconds. */
    readonly limit: number | null;
  };
  readonly bulkhead?: {
    readonly calls: number;
    readonly rejected: number;
    readonly active: number;
    readonly limit: number;
    readonly queued: number;
    /** Average share of occupied slots; seconds without viewers count as 0. */
    readonly saturation: number;
  };
  readonly fallback?: { readonly calls: number; readonly used: number; readonly failed: number };
}

/** The limits that the page shows: ratios, seconds, and the number of events that a limit needs. */
export interface Limits {
  readonly p95Seconds: number;
  readonly p95AtLeast: number;
  readonly timeouts: number;
  readonly timeoutsAtLeast: number;
  readonly rejections: number;
  readonly rejectionsAtLeast: number;
  readonly saturation: number;
  readonly fallbacks: number;
  readonly fallbacksAtLeast: number;
  readonly retriesPerCall: number;
  readonly retriesAtLeast: number;
  readonly errors: number;
  readonly errorsAtLeast: number;
}

interface Message {
  readonly at: number;
  /** An update has only the rows that changed. */
  readonly rows: readonly Row[];
  /** The oldest first. */
  readonly events: readonly FeedEvent[];
  /** Names without a row, because there are too many. */
  readonly omittedNames: number;
  /** The number of names by the worst state of their circuit breakers, names without a row included. */
  readonly states: readonly number[];
}

export interface SnapshotMessage extends Message {
  readonly service: string | null;
  /** The process, as `host:pid`. */
  readonly instance: string;
  /** Distinguishes a restarted process with the same host and PID. */
  readonly startedAt: number;
  /** Whether a token is configured, so that the page can start operations. */
  readonly canAdminister: boolean;
  readonly limits: Limits;
  /** When the samples of `history` were taken. */
  readonly times: readonly number[];
  /** For each row, a list of samples for each outcome; 0 replaces a list of zeros. */
  readonly history: readonly (readonly (readonly number[] | 0)[])[];
}

export interface UpdateMessage extends Message {
  /** Milliseconds since the previous message, by a clock that cannot be set. */
  readonly elapsed: number;
  /** Names whose row was removed. */
  readonly removed: readonly string[];
}
