import type { FeedEvent } from '../../operations/events/feed-event.ts';
import type { CircuitBreakerState } from '../../semconv/attributes.ts';

/**
 * What the stream of the live page says: `full` first on every connection, then a `tick` every
 * second; `wire.ts` knows how rows are written. Lists of outcomes and states are in the order of `semconv`; times are ms since 1970.
 */

/** All circuit breakers of a name, as one: the worst of them. */
export interface RowBreaker {
  readonly state: CircuitBreakerState;
  /** Since when it is so; of what is not closed, since it left closed. */
  readonly since: number | null;
  /** How many are in each state. */
  readonly states: readonly number[];
  /** Failures in a row; `null` where they can't be known. */
  readonly failures: number | null;
  readonly failureLimit: number | null;
  readonly nextProbeAt: number | null;
  readonly lastErrorType: string | null;
  /** Whether one is held open through this service's administration. */
  readonly held: boolean;
}

/** Everything under one name. What is not said otherwise is of the last minute. */
export interface Row {
  readonly name: string;
  readonly breaker?: RowBreaker;
  /** Outcomes since the last message. */
  readonly latest: readonly number[];
  readonly outcomes: readonly number[];
  /** Executions that have begun and not yet been answered. */
  readonly active: number;
  /** Seconds, of the last 10 s, without rejected calls; `null` where there were no others. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** Calls that these come from. */
  readonly timed: number;
  readonly retry?: { readonly calls: number; readonly again: number; readonly exhausted: number };
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
    /** Share of the slots that were taken in the last minute, on average; of what was not watched, none. */
    readonly saturation: number;
  };
  readonly fallback?: { readonly calls: number; readonly used: number; readonly failed: number };
}

/** The documented limits that the page marks: ratios, and seconds. */
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
  readonly rows: readonly Row[];
  /** Oldest first. */
  readonly news: readonly FeedEvent[];
  /** Names that have no row, as there are too many. */
  readonly more: number;
  /** Of how many names the worst circuit breaker is in each state, also of those without a row. */
  readonly states: readonly number[];
}

export interface Full extends Message {
  readonly service: string | null;
  /** The process that speaks, as `host:pid`, and when it was started; one that was restarted may have both names again. */
  readonly instance: string;
  readonly startedAt: number;
  /** Whether circuit breakers can be reset and isolated by who has the token. */
  readonly administration: boolean;
  readonly limits: Limits;
  /** When the samples of `past` were taken. */
  readonly times: readonly number[];
  /** For each row its outcomes at these times, a list for each outcome; 0 stands for zeros only. */
  readonly past: readonly (readonly (readonly number[] | 0)[])[];
}

export interface Tick extends Message {
  /** Milliseconds since the message before, also where the clock was set. */
  readonly elapsed: number;
  /** Names that are no longer. */
  readonly gone: readonly string[];
}
