import type { IBackoff, IBackoffFactory, IRetryBackoffContext } from 'cockatiel';
import { MAX_TIMER_SECONDS } from '../presets/environment-variables.ts';
import type { RetrySettings } from './types.ts';

/** The waits of a retry, as cockatiel asks for them. Its own exponential backoff knows only base 2. */
export function createBackoff(
  settings: RetrySettings,
): IBackoffFactory<IRetryBackoffContext<unknown>> {
  const next = (
    context: IRetryBackoffContext<unknown>,
  ): IBackoff<IRetryBackoffContext<unknown>> => {
    const { attempt, result } = context;
    const failure = 'error' in result ? result.error : result.value;
    const seconds = askedFor(settings, failure, attempt) ?? planned(settings, attempt);
    return { duration: Math.round(Math.min(seconds, MAX_TIMER_SECONDS) * 1000), next };
  };
  return { next };
}

/** The wait that the settings' own function wants; one that fails must not fail the call. */
export function askedFor(
  { delay }: Pick<RetrySettings, 'delay'>,
  failure: unknown,
  attempt: number,
): number | undefined {
  try {
    const seconds = delay?.(failure, attempt);
    return typeof seconds === 'number' && seconds >= 0 ? seconds : undefined;
  } catch {
    return undefined;
  }
}

/** The wait before a retry (1 is the first), in seconds. */
export function planned(settings: RetrySettings, attempt: number): number {
  const { strategy, jitter, minWaitSeconds: min, maxWaitSeconds: max } = settings;
  if (settings.waitsSeconds === undefined && strategy === 'random') {
    return min + Math.random() * (max - min);
  }
  const wait = longestWait(settings, attempt);
  if (!jitter) return wait;
  const shortest = Math.min(wait, Math.max(min, wait / 2));
  return shortest + Math.random() * (wait - shortest);
}

/** The wait before a retry without its random part, in seconds. */
function longestWait(settings: RetrySettings, attempt: number): number {
  const { waitsSeconds, strategy, minWaitSeconds: min, maxWaitSeconds: max } = settings;
  if (waitsSeconds) return listed(waitsSeconds, attempt);
  return strategy === 'random' ? max : Math.max(min, Math.min(max, grown(settings, attempt)));
}

function grown(settings: RetrySettings, attempt: number): number {
  const { strategy, firstWaitSeconds: first, base } = settings;
  // The power may be infinite, and 0 times that is NaN: Node waits 1 ms for it, whatever the limits are.
  if (strategy === 'exponential') return first === 0 ? 0 : first * base ** (attempt - 1);
  return strategy === 'linear' ? first * attempt : first;
}

/** The time of all calls and the longest waits between them, in seconds. */
export function totalSeconds(settings: RetrySettings, timeoutSeconds: number): number {
  const { calls } = settings;
  let total = calls * timeoutSeconds;
  for (let attempt = 1; attempt < calls && total < MAX_TIMER_SECONDS; attempt++) {
    total += longestWait(settings, attempt);
  }
  return Math.min(total, MAX_TIMER_SECONDS);
}

const listed = (waits: readonly number[], attempt: number): number =>
  waits[Math.min(attempt, waits.length) - 1] ?? 0;
