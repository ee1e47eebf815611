import type { ConnectionState, SupervisedConnection } from '../../../src/connections/index.ts';

/** Resolves once the connection is in the state; rejects after 15 s. Returns the milliseconds it took. */
export function reaches(
  connection: SupervisedConnection<unknown>,
  ...states: ConnectionState[]
): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const settle = () => {
      if (!states.includes(connection.state)) return;
      clearTimeout(timer);
      unsubscribe();
      resolve(performance.now() - start);
    };
    const unsubscribe = connection.onStateChange(settle);
    const timer = setTimeout(() => {
      unsubscribe();
      reject(new Error(`Expected ${connection.name} to be ${states}, got ${connection.state}`));
    }, 15_000);
    settle();
  });
}

/** Settles like the promise, or resolves with `pending` after some time. */
export function settledWithin<T>(ms: number, promise: Promise<T>): Promise<T | 'pending'> {
  return Promise.race([
    promise,
    new Promise<'pending'>((resolve) => setTimeout(() => resolve('pending'), ms)),
  ]);
}

/** For tests of bounds in real time, which a busy machine may miss. */
export const TIMED = { retry: 3 } as const;
