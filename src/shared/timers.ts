/** The longest delay of a timer; Node fires one with a longer delay after 1 ms. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** How long a timer of Node really waits that was given `ms`. */
export function timerDelay(ms: number): number {
  return ms >= 0 && ms <= MAX_TIMER_MS ? ms : 1;
}
