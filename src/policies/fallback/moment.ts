/** A point on two clocks: one may be set, and the other may stop while the machine sleeps. */
export interface Moment {
  /** Milliseconds of `performance.now()`. */
  readonly steady: number;
  /** Milliseconds of `Date.now()`. */
  readonly wall: number;
}

export function now(): Moment {
  return { steady: performance.now(), wall: Date.now() };
}

/** Seconds since a moment, by the clock that shows more, so that no value seems younger than it is. */
export function secondsSince(then: Moment): number {
  return Math.max(performance.now() - then.steady, Date.now() - then.wall, 0) / 1000;
}
