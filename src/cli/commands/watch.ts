import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, EXIT_CODES } from '../client/cli-error.ts';
import type { Display } from '../output/display.ts';

/** Signals that end the process, and the exit code that a shell expects (128 + signal number). */
const SIGNALS = { SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Fetches and draws repeatedly until Ctrl-C. A service that does not respond may come back, so the
 * display shows the error and the loop continues. Any other error ends it.
 */
export async function watch(
  fetchText: (signal: AbortSignal) => Promise<string>,
  display: Display,
  intervalSeconds: number,
): Promise<void> {
  const controller = new AbortController();
  const { signal } = controller;
  const onInterrupt = () => controller.abort();
  process.once('SIGINT', onInterrupt);
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.once(name, () => {
      display.end();
      process.exit(code);
    });
  }
  display.begin();
  try {
    while (!signal.aborted) {
      const nextTurn = sleep(intervalSeconds * 1000, undefined, { signal });
      // Prevents an unhandled rejection if Ctrl-C comes before the `await` below.
      nextTurn.catch(() => {});
      try {
        display.draw(await fetchText(signal));
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof CliError) || error.code === EXIT_CODES.misuse) throw error;
        display.drawError(error.message);
      }
      await nextTurn.catch(() => {});
    }
  } finally {
    process.off('SIGINT', onInterrupt);
    display.end();
  }
}
