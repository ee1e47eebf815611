import { timerDelay } from '../../shared/timers.ts';

/** Parts of a limit. A blocked event loop costs at most two of them. */
const PARTS = 10;

/**
 * Calls back after `ms` milliseconds in which the event loop ran. While the loop is blocked, answers
 * wait unread in the socket, so that time must not count against the server.
 *
 * @returns a function that cancels the call
 */
export function afterAwake(ms: number, callback: () => void): () => void {
  const part = ms / PARTS;
  let remaining = ms;
  let start = performance.now();
  let cancel = after(part, tick);
  return () => cancel();

  function tick(): void {
    const now = performance.now();
    // A clock that is set back must not extend the limit.
    remaining -= Math.max(part / 2, Math.min(now - start, 2 * part));
    start = now;
    if (remaining > 0) cancel = after(Math.min(part, remaining), tick);
    else callback();
  }
}

/**
 * Calls back after `ms` milliseconds, without keeping the process alive.
 *
 * @returns a function that cancels the call
 */
export function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, timerDelay(ms));
  timer.unref?.();
  return () => clearTimeout(timer);
}

/** Settles like the function's promise, but rejects and aborts its signal after `ms` awake milliseconds. */
export function runWithin<T>(
  ms: number,
  controller: AbortController,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal } = controller;
  return new Promise((resolve, reject) => {
    const cancel = afterAwake(ms, () => controller.abort(new TimeLimitError(ms)));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    run(signal).finally(cancel).then(resolve, reject);
  });
}

/** The error of a run that took too long. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';

  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}
