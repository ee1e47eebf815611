import { MAX_TIMER_MS } from '../../shared/timers.ts';
import { expected, ownOptions } from '../../shared/validate.ts';

/**
 * Bounds of `reconnectDelay`, in milliseconds.
 *
 * @example
 * const options: ReconnectDelayOptions = { maxDelay: 30_000 };
 */
export interface ReconnectDelayOptions {
  /**
   * Upper bound of the first delay.
   * @default 1000
   */
  readonly initialDelay?: number;
  /**
   * Upper bound of all delays.
   * @default 60_000
   */
  readonly maxDelay?: number;
}

export const DEFAULT_INITIAL_DELAY = 1000;
export const DEFAULT_MAX_DELAY = 60_000;

/**
 * The delay before an attempt to reconnect: random between 0 and an upper bound that doubles with each
 * attempt ("full jitter"), so that clients do not return to a server all at once.
 *
 * @param attempt 0 for the first attempt
 * @returns milliseconds
 * @throws TypeError if an argument is invalid
 * @example
 * new Redis({ retryStrategy: (times) => reconnectDelay(times - 1) });
 */
export function reconnectDelay(attempt: number, options: ReconnectDelayOptions = {}): number {
  if (!Number.isInteger(attempt) || attempt < 0) {
    throw expected('`attempt` to be an integer of at least 0', attempt);
  }
  const { initialDelay = DEFAULT_INITIAL_DELAY, maxDelay = DEFAULT_MAX_DELAY } = ownOptions(
    'options',
    options,
    ['initialDelay', 'maxDelay'],
  );
  assertDelays(initialDelay, maxDelay);
  return Math.random() * Math.min(maxDelay, initialDelay * 2 ** attempt);
}

/** @throws TypeError that names the option and what was expected */
export function assertDelays(initialDelay: unknown, maxDelay: unknown): void {
  assertMilliseconds('options.initialDelay', initialDelay);
  assertMilliseconds('options.maxDelay', maxDelay);
  if (Number(maxDelay) < Number(initialDelay)) {
    throw expected(
      `\`options.maxDelay\` to be at least \`initialDelay\` (${initialDelay})`,
      maxDelay,
    );
  }
}

/** @throws TypeError that names the option and what was expected */
export function assertMilliseconds(option: string, value: unknown, min = 1): void {
  if (typeof value !== 'number' || !(value >= min && value <= MAX_TIMER_MS)) {
    throw expected(`\`${option}\` to be milliseconds from ${min} to ${MAX_TIMER_MS}`, value);
  }
}
