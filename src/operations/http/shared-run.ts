/**
 * Runs a reading one at a time. Callers that come while it runs share the next run, so each gets what
 * was read after it asked, and a hundred callers cost as much as two.
 */
export function shareRuns<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  function start(): Promise<T> {
    next = undefined;
    running = run().finally(() => {
      if (next === undefined) running = undefined;
    });
    return running;
  }
  return function read() {
    if (running === undefined) return start();
    next ??= running.then(start, start);
    return next;
  };
}
