import type { Call } from './call.ts';

/**
 * Tells `call` when the policy has answered, and returns what the caller must get.
 *
 * Watching a promise from the side marks a rejection as handled. That changes nothing where
 * cockatiel awaits the promise, and there it saves a microtask that could decide a race with a
 * timeout; where the caller might be the user he gets the derived promise, so that Node still
 * reports a rejection that nobody handles.
 */
export function answer(answered: PromiseLike<unknown>, call: Call): PromiseLike<unknown> {
  if (call.stack?.awaits()) {
    answered.then(
      (value) => call.end(true, value),
      (error) => call.end(false, error),
    );
    return answered;
  }
  return answered.then(
    (value) => {
      call.end(true, value);
      return value;
    },
    (error) => {
      call.end(false, error);
      throw error;
    },
  );
}
