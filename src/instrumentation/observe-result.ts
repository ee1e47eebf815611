import { type Call, context, isThenable } from './call.ts';
import type { Execute, Fn } from './policy-types.ts';

/**
 * Calls a policy's original `execute`, settles `call` with its result, and returns the value for the
 * caller.
 *
 * Inside a stack the value is cockatiel's own promise, because the outer call reports its result. User
 * code receives a derived promise, so that Node still reports an unhandled rejection.
 */
export function runAndObserve(
  call: Call,
  original: Execute,
  policy: unknown,
  fn: Fn,
  signal: AbortSignal | undefined,
  rest: readonly unknown[],
): unknown {
  let result: unknown;
  const outer = context.parent;
  context.parent = call.hasOutcomeOfInner ? call : undefined;
  try {
    result =
      rest.length === 0
        ? original.call(policy, fn, signal)
        : original.call(policy, fn, signal, ...rest);
  } catch (error) {
    call.settle(false, error);
    throw error;
  } finally {
    context.parent = outer;
  }
  call.hasReturned(result);
  if (call.isDone) return result;
  if (!isThenable(result)) {
    call.settle(true, result);
    return result;
  }
  call.promise = result;
  if (call.outer && call.isReported) {
    call.isFresh = isFresh(call, original);
    call.outer.adopt(call);
    return result;
  }
  if (isFresh(call, original)) return derive(result as Promise<unknown>, call);
  if (!isPlainPromise(result)) return observeResult(result, call);
  const earlier = derived.get(result);
  if (earlier === undefined) {
    const own = derive(result, call);
    derived.set(result, own);
    return own;
  }
  call.observeFromSide();
  return earlier;
}

/** Derived promises by original. Callers that share the original also share the derived one. */
const derived = new WeakMap<object, unknown>();

/** Whether the promise belongs to this call only, as every promise of an `async` function does. */
function isFresh({ entered, promise }: Call, original: Execute): boolean {
  return (
    original instanceof AsyncFunction ||
    (entered !== undefined && entered.promise === promise && entered.isFresh)
  );
}

export const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

function derive(promise: Promise<unknown>, call: Call): Promise<unknown> {
  return promise.then(
    (value) => {
      call.settle(true, value);
      return value;
    },
    (error) => {
      call.settle(false, error);
      throw error;
    },
  );
}

/** Whether a promise has no subclass and no own properties, so that a derived one can replace it. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  return (
    value instanceof Promise &&
    value.constructor === Promise &&
    Object.getOwnPropertyNames(value).length === 0
  );
}

/**
 * Observes a thenable that only a user-defined policy can return, and returns it unchanged. Its `then`
 * is wrapped, not called, because calling it may start work: some query builders run on `then`.
 */
function observeResult(result: object, call: Call): unknown {
  const settle = (ok: boolean) => (value: unknown) => call.settle(ok, value);
  if (result instanceof Promise && result.constructor === Promise) {
    // `await` does not call the `then` of such a promise.
    Promise.prototype.then.call(result, settle(true), settle(false));
  } else if (!watchThen(result, settle(true), settle(false))) {
    call.settle(true, result);
  }
  return result;
}

type Settled = (value: unknown) => void;

/** Wraps the `then` of a thenable. Returns `false` if the property cannot be redefined. */
function watchThen(thenable: object, fulfilled: Settled, rejected: Settled): boolean {
  const own = Object.getOwnPropertyDescriptor(thenable, 'then');
  if (!Object.isExtensible(thenable) || own?.configurable === false) return false;
  const read = (): unknown => {
    if (own) return own.get ? own.get.call(thenable) : own.value;
    return Reflect.get(Object.getPrototypeOf(thenable), 'then', thenable);
  };
  Object.defineProperty(thenable, 'then', {
    configurable: true,
    enumerable: own?.enumerable ?? false,
    get() {
      const then = read();
      if (typeof then !== 'function') return then;
      return function watched(this: unknown, onFulfilled: unknown, onRejected: unknown) {
        return then.call(
          this,
          reporting(fulfilled, onFulfilled ?? identity),
          reporting(rejected, onRejected ?? rethrow),
        );
      };
    },
    set(value: unknown) {
      Object.defineProperty(thenable, 'then', { value, configurable: true, writable: true });
    },
  });
  return true;
}

function reporting(report: Settled, handler: unknown): unknown {
  if (typeof handler !== 'function') return handler;
  return (value: unknown) => {
    report(value);
    return handler(value);
  };
}

const identity = (value: unknown) => value;
const rethrow = (error: unknown) => {
  throw error;
};
