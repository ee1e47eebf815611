/** A point in time on two clocks. The wall clock can be set; the monotonic one may stop in sleep. */
export interface Moment {
  /** Milliseconds of `performance.now()`. */
  readonly monotonic: number;
  /** Milliseconds of `Date.now()`. */
  readonly wall: number;
}

export function now(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}

/** Milliseconds since a moment, by the clock that shows more: no value seems younger than it is. */
export function elapsedSince(moment: Moment): number {
  return Math.max(performance.now() - moment.monotonic, Date.now() - moment.wall, 0);
}
