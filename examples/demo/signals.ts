import { constants } from 'node:os';

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

const PARENT_MS = 500;

/**
 * Returns a signal that aborts when this process must end, with the name of the signal as its reason,
 * so that everything can be stopped in order. A second signal ends the process at once.
 */
export function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (signal: Signal) => {
    if (controller.signal.aborted) process.exit(exitCodeOf(signal));
    controller.abort(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  // The reader has ended, as in `npm run demo | head`. Each further line fails.
  process.stdout.on('error', () => controller.abort('SIGPIPE'));
  // A signal to npm ends its shell without a signal to this process, which gets another parent.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent || !process.env['npm_lifecycle_event']) return;
    clearInterval(watch);
    interrupt('SIGHUP');
  }, PARENT_MS).unref();
  return controller.signal;
}

/** The exit code, by the convention of shells. */
export function exitCodeOf(signal: Signal): number {
  return 128 + constants.signals[signal];
}
