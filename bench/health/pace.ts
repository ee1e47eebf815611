export interface Rate {
  readonly perSecond: number;
  /** In all. */
  readonly count: number;
}

/**
 * Begins what is due when it is due, however long the others take, as many users do. What fell due
 * while the process was busy is begun at once afterwards, and has waited since.
 *
 * @param begin is given when it was due, in ms of `performance.now()`
 */
export function pace(
  { perSecond, count }: Rate,
  begin: (due: number, index: number) => void,
): Promise<void> {
  const start = performance.now();
  let index = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      for (; index < count; index++) {
        const due = start + (index * 1000) / perSecond;
        if (due > now) return;
        begin(due, index);
      }
      clearInterval(timer);
      resolve();
    }, 1);
  });
}
