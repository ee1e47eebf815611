/** Those that follow a signal, so that it has one listener however many calls it has been given. */
const followers = new WeakMap<AbortSignal, Set<AbortController>>();

/**
 * A controller that is aborted with a signal. A service gives the same signal to many calls, such as
 * the one of its shutdown, and Node warns of a leak at eleven listeners.
 *
 * @returns the controller, and what lets it go
 */
export function followSignal(signal: AbortSignal): readonly [AbortController, leave: () => void] {
  const controller = new AbortController();
  if (signal.aborted) {
    controller.abort(signal.reason);
    return [controller, () => {}];
  }
  const all = followers.get(signal) ?? begin(signal);
  all.add(controller);
  return [controller, () => all.delete(controller)];
}

function begin(signal: AbortSignal): Set<AbortController> {
  const all = new Set<AbortController>();
  followers.set(signal, all);
  const abort = () => {
    for (const controller of all) controller.abort(signal.reason);
    all.clear();
  };
  signal.addEventListener('abort', abort, { once: true });
  return all;
}
