import type { Call } from './call.ts';

/**
 * Tells `call` when the policy has answered, and returns what the caller must get.
 *
 * Watching a promise from the side marks a rejection as handled. That changes nothing where
 * cockatiel awaits the promise, and there it saves a microtask that could decide a race with a
 * timeout; where the caller might be the user he gets the derived promise, so that Node still
 * reports a rejection that nobody handles.
 *
 * @param aside the caller must get the very promise
 */
export function answer(
  answered: PromiseLike<unknown>,
  call: Call,
  aside = false,
): PromiseLike<unknown> {
  if (aside || call.stack?.awaits()) {
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

/**
 * The same for what is no promise: a plain value, or a thenable such as a query builder, which may
 * be lazy, so that it is left to the caller to call its `then`.
 */
export function answerLater(answered: unknown, call: Call): unknown {
  const then = (answered as PromiseLike<unknown> | null | undefined)?.then;
  if (typeof then !== 'function') {
    call.end(true, answered);
    return answered;
  }
  const end = (ok: boolean, value: unknown) => {
    if (!call.ended) call.end(ok, value);
  };
  const standIn = (...[fulfil, reject]: Parameters<PromiseLike<unknown>['then']>) =>
    then.call(
      answered,
      fulfil &&
        ((value) => {
          end(true, value);
          return fulfil(value);
        }),
      reject &&
        ((error) => {
          end(false, error);
          return reject(error);
        }),
    );
  // Methods run on the thenable itself, which may have private fields; one that gives back the
  // thenable, as those of a builder do, gives this.
  const proxy: object = new Proxy(answered as object, {
    get(target, key) {
      if (key === 'then') return standIn;
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args);
        return result === target ? proxy : result;
      };
    },
  });
  return proxy;
}
