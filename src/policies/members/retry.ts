import { TaskCancelledError } from 'cockatiel';
import { MAX_TIMER_MS } from '../../shared/timers.ts';
import { currentExecution } from './call-context.ts';
import { type Execute, InterruptibleCall } from './interruptible-call.ts';

/**
 * Wraps the `execute` of a retry: when the caller aborts during a backoff, the call rejects at once
 * and the function is not called again. cockatiel waits for the end of the backoff and makes one
 * more call.
 *
 * cockatiel cannot stop the timer of a backoff, so the timer must not keep the process alive. A timer
 * of this wrapper does so from the end of each attempt to the beginning of the next.
 */
export function makeInterruptible(
  original: Execute,
): (...args: Parameters<Execute>) => Promise<unknown> {
  return function execute(fn, signal = new AbortController().signal) {
    if (signal.aborted) return Promise.reject(signal.reason);
    // Read now: an abort listener runs in the async context of the code that aborts.
    const callerSignal = currentExecution()?.signal;
    // With an aggressive timeout the call settles while the function still runs.
    let isSettled = false;
    let keepAlive: NodeJS.Timeout | undefined;
    const onAbort = () => {
      clearTimeout(keepAlive);
      const isTimeout = callerSignal !== signal && !callerSignal?.aborted;
      call.stop(isTimeout ? new TaskCancelledError('Operation timed out') : signal.reason);
    };
    const call = new InterruptibleCall(fn, signal, {
      attemptStarted: () => clearTimeout(keepAlive),
      attemptEnded() {
        clearTimeout(keepAlive);
        if (!isSettled && !signal.aborted) keepAlive = setTimeout(() => {}, MAX_TIMER_MS);
      },
      settled() {
        isSettled = true;
        clearTimeout(keepAlive);
        signal.removeEventListener('abort', onAbort);
      },
    });
    signal.addEventListener('abort', onAbort, { once: true });
    return call.run(original);
  };
}
