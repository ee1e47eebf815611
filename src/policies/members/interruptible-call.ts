import { inspect } from 'node:util';

type Fn = (...args: unknown[]) => unknown;

export type Execute = (fn: Fn, signal: AbortSignal) => Promise<unknown>;

/** Thrown to cockatiel's policies instead of a further attempt. The caller has its result already. */
const CANCELLED = new Error('the call was aborted');

/** Whether an error replaces an attempt after an abort. Filters must not handle it. */
export const isCancelledResult = (error: unknown): boolean => error === CANCELLED;

/** Hooks into the course of a call. They must not throw. */
export interface CallHooks {
  readonly attemptStarted?: () => void;
  readonly attemptEnded?: () => void;
  readonly settled?: () => void;
  /** Replaces the error that the caller receives. */
  readonly toCallerError?: (error: unknown) => unknown;
}

/**
 * A call that can be rejected while it only waits: for the end of a backoff, a bulkhead slot, or the
 * probe of a half-open circuit. After an abort its function is not called again.
 *
 * V8 links async stack traces only through promises with a single reaction whose last link calls the
 * very functions of the promise constructor. So no promise between function and caller gets a second
 * reaction.
 */
export class InterruptibleCall {
  readonly #fn: Fn;
  readonly #signal: AbortSignal;
  readonly #hooks: CallHooks;
  /** The result of the last attempt. */
  #lastResult: unknown;
  #reject: ((error: unknown) => void) | undefined;

  constructor(fn: Fn, signal: AbortSignal, hooks: CallHooks) {
    this.#fn = fn;
    this.#signal = signal;
    this.#hooks = hooks;
  }

  run(original: Execute): Promise<unknown> {
    const { settled, toCallerError } = this.#hooks;
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      original(this.#attempt, this.#signal)
        .then(
          (value) => {
            settled?.();
            return value;
          },
          (error: unknown) => {
            settled?.();
            throw toCallerError ? toCallerError(error) : error;
          },
        )
        .then(resolve, reject);
    });
  }

  /** Rejects at once, unless an attempt is running: it has the signal and may still return a value. */
  stop(error: unknown): void {
    if (!isPending(this.#lastResult)) this.#reject?.(error);
  }

  readonly #attempt: Fn = (...args) => {
    if (this.#signal.aborted) throw CANCELLED;
    this.#hooks.attemptStarted?.();
    this.#lastResult = NEVER;
    try {
      // If `#fn` is not a function, cockatiel's caller gets the TypeError of this call.
      this.#lastResult = this.#fn(...args);
    } catch (error) {
      this.#lastResult = undefined;
      this.#hooks.attemptEnded?.();
      throw error;
    }
    this.#lastResult = this.#observed(this.#lastResult);
    return this.#lastResult;
  };

  /** Without a hook, a promise is passed on unchanged, which adds no microtask. */
  #observed(result: unknown): unknown {
    const { attemptEnded } = this.#hooks;
    const isThenable =
      typeof (result as PromiseLike<unknown> | null | undefined)?.then === 'function';
    if (!isThenable) {
      attemptEnded?.();
      return result;
    }
    // A lazy thenable, such as a database query, must not get a second `then`.
    const promise = Promise.resolve(result);
    if (attemptEnded === undefined) return promise;
    return promise.then(
      (value) => {
        attemptEnded();
        return value;
      },
      (error: unknown) => {
        attemptEnded();
        throw error;
      },
    );
  }
}

const NEVER = new Promise<never>(() => {});

/** Whether a value is a pending promise. Only `inspect` shows this without adding a reaction. */
function isPending(value: unknown): boolean {
  const options = { customInspect: false, depth: 0, maxArrayLength: 0, maxStringLength: 0 };
  return value instanceof Promise && /^[^{]*\{\s*<pending>/.test(inspect(value, options));
}
