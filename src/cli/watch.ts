import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, EXIT_CODES } from './cli-error.ts';

/** Where what is watched is drawn. */
export interface Display {
  readonly begin: () => void;
  /** What there is to be seen now. */
  readonly draw: (seen: string) => void;
  /** That the service can't be seen now. */
  readonly miss: (why: string) => void;
  readonly end: () => void;
}

/** Codes that a shell gives to what a signal ended. */
const SIGNALS = { SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Looks again and again, until Ctrl-C, which is how it is meant to end, so that nothing is wrong then.
 * A service that does not answer may come back: it is told, and asked again. What is no matter of the
 * service ends it.
 */
export async function watch(
  look: (signal: AbortSignal) => Promise<string>,
  canvas: Display,
  intervalSeconds: number,
): Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const onInterrupt = () => ending.abort();
  process.once('SIGINT', onInterrupt);
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.once(name, () => {
      canvas.end();
      process.exit(code);
    });
  }
  canvas.begin();
  try {
    while (!signal.aborted) {
      const next = sleep(intervalSeconds * 1000, undefined, { signal });
      // Who waits for it comes later.
      next.catch(() => {});
      try {
        canvas.draw(await look(signal));
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof CliError) || error.code === EXIT_CODES.misuse) throw error;
        canvas.miss(error.message);
      }
      await next.catch(() => {});
    }
  } finally {
    process.off('SIGINT', onInterrupt);
    canvas.end();
  }
}
