import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for any machine; nothing waits longer than it must. */
export const DEADLINE_MS = 60_000;

/**
 * Asks again and again until there is an answer: for what happens in another process, in real time.
 *
 * @throws Error naming `what` if there is none in a minute
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`not within ${DEADLINE_MS} ms: ${what}`);
    await sleep(100);
  }
}
