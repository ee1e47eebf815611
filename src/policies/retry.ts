import { TaskCancelledError } from 'cockatiel';
import { currentExecution } from './call-context.ts';
import { type Execute, InterruptibleCall } from './interruptible-call.ts';

/** Beyond, Node's timers end at once. */
const FOR_LONG_MS = 2 ** 31 - 1;

/**
 * An `execute` of a retry that answers at once when its caller calls off what is only waiting, and
 * calls nothing any more. cockatiel sleeps a backoff out and then makes one more call.
 *
 * The process is kept alive from the end of one call of the function to the next, as the timer of a
 * backoff, which can't be stopped, must not do it: it goes on when nobody waits for it any more.
 */
export function makeInterruptible(
  original: Execute,
): (...args: Parameters<Execute>) => Promise<unknown> {
  return function execute(fn, signal = new AbortController().signal) {
    if (signal.aborted) return Promise.reject(signal.reason);
    // Asked now, as a listener runs in the context of whoever aborts.
    const caller = currentExecution()?.signal;
    // An aggressive timeout answers while the function goes on: nobody waits for its end then.
    let answered = false;
    let alive: NodeJS.Timeout | undefined;
    const aborted = () => {
      clearTimeout(alive);
      const timedOut = caller !== signal && !caller?.aborted;
      call.stop(timedOut ? new TaskCancelledError('Operation timed out') : signal.reason);
    };
    const call = new InterruptibleCall(fn, signal, {
      begins: () => clearTimeout(alive),
      ends() {
        clearTimeout(alive);
        if (!answered && !signal.aborted) alive = setTimeout(() => {}, FOR_LONG_MS);
      },
      answered() {
        answered = true;
        clearTimeout(alive);
        signal.removeEventListener('abort', aborted);
      },
    });
    signal.addEventListener('abort', aborted, { once: true });
    return call.run(original);
  };
}
