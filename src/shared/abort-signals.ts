/**
 * Follows signals that may outlive many calls, such as the signal of a shutdown.
 *
 * A followed signal has one listener however many calls follow it: Node warns of a leak at eleven
 * listeners, and `AbortSignal.any` retains about 650 bytes per call until the signal is collected
 * (Node 20.20).
 */
type Follower = AbortController | WeakRef<AbortController>;

/** Ends the following; with an owner, the owner goes on to follow for as long as it is reachable. */
export type Release = (owner?: object | null) => void;

const followersOf = new WeakMap<AbortSignal, Set<Follower>>();
/** Keeps the controller of an owner reachable for as long as the owner. */
const controllerOf = new WeakMap<object, AbortController>();
/** The registry keeps its values reachable, so they must not refer to the owner. */
const owners = new FinalizationRegistry<{
  readonly followers: Set<Follower>;
  readonly follower: Follower;
}>(({ followers, follower }) => followers.delete(follower));

/**
 * Creates a controller that aborts with a signal, with the same reason.
 *
 * @returns the controller, and a function that ends the following
 */
export function followSignal(
  signal: AbortSignal,
): readonly [controller: AbortController, release: Release] {
  const controller = new AbortController();
  if (signal.aborted) {
    controller.abort(signal.reason);
    return [controller, () => {}];
  }
  const followers = followersOf.get(signal) ?? listen(signal);
  followers.add(controller);
  const release: Release = (owner) => {
    if (owner && !controller.signal.aborted) follow(owner, controller, followers);
    followers.delete(controller);
  };
  return [controller, release];
}

function follow(owner: object, controller: AbortController, followers: Set<Follower>): void {
  const follower = new WeakRef(controller);
  followers.add(follower);
  controllerOf.set(owner, controller);
  owners.register(owner, { followers, follower });
}

function listen(signal: AbortSignal): Set<Follower> {
  const followers = new Set<Follower>();
  followersOf.set(signal, followers);
  const abort = () => {
    const all = [...followers];
    followers.clear();
    for (const follower of all) {
      const controller = follower instanceof WeakRef ? follower.deref() : follower;
      controller?.abort(signal.reason);
    }
  };
  signal.addEventListener('abort', abort, { once: true });
  return followers;
}

/** Settles like the function's promise, or rejects with the signal's reason once it is aborted. */
export function rejectOnAbort<T>(signal: AbortSignal, fn: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    fn()
      .finally(() => signal.removeEventListener('abort', abort))
      .then(resolve, reject);
  });
}
