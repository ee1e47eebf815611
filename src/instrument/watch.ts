const nativeThen = Promise.prototype.then;

/** A promise that `await` looks into itself, without calling its `then`. */
export function isNative(value: unknown): value is Promise<unknown> {
  return value instanceof Promise && value.constructor === Promise;
}

/** Looks at a native promise from the side; it must be one that somebody else awaits. */
export function look(
  promise: Promise<unknown>,
  fulfilled: (value: unknown) => void,
  rejected: (error: unknown) => void,
): void {
  nativeThen.call(promise, fulfilled, rejected);
}

/** Who wants to know the moment at which something settled, where that can be known. */
export interface Watcher {
  /** It settles now; of a promise one learns only afterwards that it has. */
  settles(): void;
}

/**
 * Calls `settled` when what the user's function returned has settled: in the very job before the
 * one in which cockatiel goes on with it, so that an event which cockatiel then emits belongs to
 * this call. Returns what to hand to cockatiel, which adds no microtask.
 *
 * A lazy thenable (a query builder) runs when `then` is called, so it is called once, by cockatiel,
 * through a stand-in. `settled` may be called twice and must not mind.
 */
export function watch(returned: unknown, settled: () => void, watcher?: Watcher): unknown {
  if (isNative(returned)) {
    look(returned, settled, settled);
    return returned;
  }
  const then = (returned as PromiseLike<unknown> | null | undefined)?.then;
  if (typeof then !== 'function') {
    watcher?.settles();
    settled();
    queueMicrotask(settled);
    return returned;
  }
  const before = () => {
    watcher?.settles();
    settled();
    queueMicrotask(settled);
  };
  return {
    then(fulfil: (value: unknown) => unknown, reject: (error: unknown) => unknown) {
      return then.call(
        returned as PromiseLike<unknown>,
        (value) => {
          before();
          return fulfil(value);
        },
        (error) => {
          before();
          return reject(error);
        },
      );
    },
  };
}
