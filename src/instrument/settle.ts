import { type Call, context, isThenable } from './call.ts';
import type { Execute, Fn } from './policy.ts';

/**
 * Calls a policy's own `execute` and lets `call` know how it ends. Returns what the caller must get.
 *
 * Inside a stack that is the very promise: the call outside reports its result. A caller of the user
 * gets a derived promise, so that Node still reports a rejection that nobody handles.
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
  if (call.parent && call.isReported) {
    call.isFresh = isFresh(call, original);
    call.parent.adopt(call);
    return result;
  }
  if (!isPlainPromise(result)) return observeResult(result, call);
  if (isFresh(call, original)) return derive(result, call);
  const earlier = derived.get(result);
  if (earlier === undefined) {
    const own = derive(result, call);
    derived.set(result, own);
    return own;
  }
  call.observeFromSide();
  return earlier;
}

/** By the promise that a policy may return to several callers, who then share a derived one, too. */
const derived = new WeakMap<object, unknown>();

/** Whether the promise of a call is that of no other: of an `async` function's, as cockatiel's are. */
function isFresh({ inner, promise }: Call, original: Execute): boolean {
  return (
    original instanceof AsyncFunction || (inner?.promise === promise && inner?.isFresh === true)
  );
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

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

/** A promise that can nothing but what all promises can, so that a derived one is as good. */
function isPlainPromise(value: unknown): value is Promise<unknown> {
  return (
    value instanceof Promise &&
    value.constructor === Promise &&
    Object.getOwnPropertyNames(value).length === 0
  );
}

/**
 * Observes what only a policy of the user's own returns, and hands it on as it is. Its `then` is
 * watched where it can be: it may be a query that runs only when its `then` is called.
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

/** Puts an own `then` on a thenable; `false` if it does not take one. */
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
