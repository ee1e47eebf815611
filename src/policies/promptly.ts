import { TaskCancelledError } from 'cockatiel';
import { currentCall } from './calls.ts';

type Fn = (...args: unknown[]) => unknown;
type Execute = (fn: Fn, signal?: AbortSignal) => Promise<unknown>;

/** Thrown to a policy whose caller has been answered already; nobody else sees it. */
const CALLED_OFF = new Error('the caller has called it off');

/** Beyond, Node's timers end at once. */
const FOR_LONG_MS = 2 ** 31 - 1;

/** Whether an error is of a call that was not made any more: for filters, which must leave it be. */
export const isCalledOff = (error: unknown): boolean => error === CALLED_OFF;

/**
 * An `execute` that answers at once when its caller calls off what is only waiting: for the end of a
 * backoff, a slot of a bulkhead, or the test of a half-open circuit. And calls nothing any more.
 *
 * cockatiel sleeps a backoff out and then makes one more call. A function that is running is left to
 * itself: it has the signal, and may still have an answer.
 *
 * The process is kept alive from the end of one call of the function to the next, as the timer of a
 * backoff, which can't be stopped, must not do it: it goes on when nobody waits for it any more.
 */
export function promptly(original: Execute): Execute {
  return function execute(fn, signal = new AbortController().signal) {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      // Asked now, as a listener runs in the context of whoever aborts.
      const caller = currentCall()?.signal;
      let running = 0;
      // An aggressive timeout answers while the function goes on: nobody waits for its end then.
      let answered = false;
      let alive: NodeJS.Timeout | undefined;
      const called: Fn = async (...args) => {
        if (signal.aborted) throw CALLED_OFF;
        running++;
        clearTimeout(alive);
        try {
          return await fn(...args);
        } finally {
          running--;
          clearTimeout(alive);
          if (!answered && !signal.aborted) alive = setTimeout(() => {}, FOR_LONG_MS);
        }
      };
      const aborted = () => {
        clearTimeout(alive);
        if (running > 0) return;
        const timedOut = caller !== signal && !caller?.aborted;
        reject(timedOut ? new TaskCancelledError('Operation timed out') : signal.reason);
      };
      signal.addEventListener('abort', aborted, { once: true });
      original(called, signal)
        .finally(() => {
          answered = true;
          clearTimeout(alive);
          signal.removeEventListener('abort', aborted);
        })
        .then(resolve, reject);
    });
  };
}
