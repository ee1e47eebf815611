/**
 * What follows a signal that may outlive many calls, such as that of a shutdown.
 *
 * One listener for each signal, not for each call: Node warns of a leak beyond ten. And not
 * `AbortSignal.any`, which keeps about 650 bytes for each call until the signal itself goes
 * (Node 20.20). An entry is a controller while its call is under way, and a reference that lets go
 * of it while the caller reads a body.
 */
type Entry = AbortController | WeakRef<AbortController>;

class Followers {
  readonly #signal: AbortSignal;
  readonly #entries = new Set<Entry>();
  readonly #abort = (): void => {
    const entries = [...this.#entries];
    this.#entries.clear();
    for (const entry of entries) {
      const controller = entry instanceof WeakRef ? entry.deref() : entry;
      controller?.abort(this.#signal.reason);
    }
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(entry: Entry): void {
    if (this.#entries.size === 0) {
      this.#signal.addEventListener('abort', this.#abort, { once: true });
    }
    this.#entries.add(entry);
  }

  delete(entry: Entry): void {
    if (this.#entries.delete(entry) && this.#entries.size === 0) {
      this.#signal.removeEventListener('abort', this.#abort);
    }
  }
}

const followersOf = new WeakMap<AbortSignal, Followers>();
/** The controller of a body lives as long as the body. */
const controllerOf = new WeakMap<object, AbortController>();
/** What is held here must lead to no body: so no closure, which holds all that is around it. */
const bodies = new FinalizationRegistry<{ readonly followers: Followers; readonly entry: Entry }>(
  ({ followers, entry }) => followers.delete(entry),
);

export interface Following {
  /** Aborted with the reason of the signal that it follows. */
  readonly controller: AbortController;
  /** The call is over. What the caller still reads goes on to follow the signal. */
  release(body: object | null | undefined): void;
}

export function followSignals(signal: AbortSignal | null | undefined): Following {
  const controller = new AbortController();
  if (!signal) return { controller, release: () => {} };
  if (signal.aborted) {
    controller.abort(signal.reason);
    return { controller, release: () => {} };
  }
  const followers = followersOf.get(signal) ?? new Followers(signal);
  followersOf.set(signal, followers);
  followers.add(controller);
  return {
    controller,
    release(body) {
      if (body && !controller.signal.aborted) {
        const entry = new WeakRef(controller);
        followers.add(entry);
        controllerOf.set(body, controller);
        bodies.register(body, { followers, entry });
      }
      followers.delete(controller);
    },
  };
}

/** The answer, or a rejection with the signal's reason as soon as it is aborted. */
export function untilAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    run()
      .finally(() => signal.removeEventListener('abort', abort))
      .then(resolve, reject);
  });
}
