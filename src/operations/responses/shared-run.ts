/**
 * Runs a function once at a time. Callers during a run share the next run, so each of them gets data
 * that was read after its request, and a hundred callers cost as much as two.
 */
export function shareRuns<T>(run: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  function start(): Promise<T> {
    next = undefined;
    current = run().finally(() => {
      if (next === undefined) current = undefined;
    });
    return current;
  }
  return function read() {
    if (current === undefined) return start();
    next ??= current.then(start, start);
    return next;
  };
}
