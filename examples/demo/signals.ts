import { constants } from 'node:os';

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

const PARENT_MS = 500;

/**
 * Is aborted, with the signal as its reason, when somebody wants this process to end, so that
 * everything can be stopped in order. Who asks again gets it at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (signal: Signal) => {
    if (controller.signal.aborted) process.exit(codeOf(signal));
    controller.abort(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  // Nobody reads any more: `npm run demo | head`. Every further line fails again.
  process.stdout.on('error', () => controller.abort('SIGPIPE'));
  // A signal to npm ends its shell, and the shell tells nobody: there is another parent then.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent || !process.env['npm_lifecycle_event']) return;
    clearInterval(watch);
    interrupt('SIGHUP');
  }, PARENT_MS).unref();
  return controller.signal;
}

/** The exit code, by the convention of shells. */
export function codeOf(signal: Signal): number {
  return 128 + constants.signals[signal];
}
