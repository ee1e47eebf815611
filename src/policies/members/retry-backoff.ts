import type { IBackoff, IBackoffFactory, IRetryBackoffContext } from 'cockatiel';
import { MAX_TIMER_MS } from '../../shared/timers.ts';
import type { RetrySettings } from './types.ts';

/** The backoff of a retry. cockatiel's own ExponentialBackoff has no linear or listed delays. */
export function createBackoff(
  settings: RetrySettings,
): IBackoffFactory<IRetryBackoffContext<unknown>> {
  const next = (
    context: IRetryBackoffContext<unknown>,
  ): IBackoff<IRetryBackoffContext<unknown>> => {
    const { attempt, result } = context;
    const failure = 'error' in result ? result.error : result.value;
    const delay = customDelay(settings, failure, attempt) ?? strategyDelay(settings, attempt);
    return { duration: Math.round(Math.min(delay, MAX_TIMER_MS)), next };
  };
  return { next };
}

/** The delay of the user's `delay` function in milliseconds; `undefined` if it throws or returns none. */
export function customDelay(
  { delay }: Pick<RetrySettings, 'delay'>,
  failure: unknown,
  attempt: number,
): number | undefined {
  try {
    const ms = delay?.(failure, attempt);
    return typeof ms === 'number' && ms >= 0 ? ms : undefined;
  } catch {
    return undefined;
  }
}

/** The delay of the strategy before a retry, 1 being the first, in milliseconds. */
export function strategyDelay(settings: RetrySettings, attempt: number): number {
  const { delays, strategy, jitter, minDelay, maxDelay } = settings;
  if (delays === undefined && strategy === 'random') {
    return minDelay + Math.random() * (maxDelay - minDelay);
  }
  const longest = longestDelay(settings, attempt);
  if (!jitter) return longest;
  const shortest = Math.min(longest, Math.max(minDelay, longest / 2));
  return shortest + Math.random() * (longest - shortest);
}

/** The same without jitter. */
function longestDelay(settings: RetrySettings, attempt: number): number {
  const { delays, strategy, minDelay, maxDelay } = settings;
  if (delays) return delays[Math.min(attempt, delays.length) - 1] ?? 0;
  if (strategy === 'random') return maxDelay;
  return Math.max(minDelay, Math.min(maxDelay, unlimitedDelay(settings, attempt)));
}

function unlimitedDelay(settings: RetrySettings, attempt: number): number {
  const { strategy, initialDelay, exponent } = settings;
  if (strategy === 'linear') return initialDelay * attempt;
  if (strategy !== 'exponential') return initialDelay;
  // The power may be infinite, and 0 * Infinity is NaN.
  return initialDelay === 0 ? 0 : initialDelay * exponent ** (attempt - 1);
}

/** The longest time of all attempts and the delays between them, in milliseconds. */
export function totalDuration(settings: RetrySettings, timeout: number): number {
  const { calls } = settings;
  let total = calls * timeout;
  for (let attempt = 1; attempt < calls && total < MAX_TIMER_MS; attempt++) {
    total += longestDelay(settings, attempt);
  }
  return Math.min(total, MAX_TIMER_MS);
}
