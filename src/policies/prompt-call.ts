type Fn = (...args: unknown[]) => unknown;

export type Execute = (fn: Fn, signal: AbortSignal) => Promise<unknown>;

/** Thrown to a policy whose caller has been answered already; nobody else sees it. */
const CALLED_OFF = new Error('the caller has called it off');

/** Whether an error is of a call that was not made any more: for filters, which must leave it be. */
export const isCalledOff = (error: unknown): boolean => error === CALLED_OFF;

/** What wants to know how a call goes; none of it may throw. */
export interface Steps {
  readonly begins?: () => void;
  readonly ends?: () => void;
  readonly answered?: () => void;
  /** What the caller gets instead of an error. */
  readonly explain?: (error: unknown) => unknown;
}

/**
 * A call that can be answered while it only waits: for the end of a backoff, a slot of a bulkhead, or
 * the test of a half-open circuit. Its function is not called any more once its signal is aborted.
 *
 * It looks at the function from the side: what that returned is handed on as it is, and at once.
 */
export class PromptCall {
  readonly #fn: Fn;
  readonly #signal: AbortSignal;
  readonly #steps: Steps;
  #running = 0;
  #reject: ((error: unknown) => void) | undefined;

  constructor(fn: Fn, signal: AbortSignal, steps: Steps) {
    this.#fn = fn;
    this.#signal = signal;
    this.#steps = steps;
  }

  run(original: Execute): Promise<unknown> {
    const { answered, explain } = this.#steps;
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      original(this.#called, this.#signal).then(
        (value) => {
          answered?.();
          resolve(value);
        },
        (error: unknown) => {
          answered?.();
          reject(explain ? explain(error) : error);
        },
      );
    });
  }

  /** Answers at once; but a function that is running has the signal, and may still have an answer. */
  stop(error: unknown): void {
    if (this.#running === 0) this.#reject?.(error);
  }

  readonly #called: Fn = (...args) => {
    if (this.#signal.aborted) throw CALLED_OFF;
    this.#running++;
    this.#steps.begins?.();
    let returned: unknown;
    try {
      // A function that is none is cockatiel's to complain about.
      returned = this.#fn(...args);
    } catch (error) {
      this.#ended();
      throw error;
    }
    if (returned instanceof Promise && returned.constructor === Promise) {
      Promise.prototype.then.call(returned, this.#ended, this.#ended);
      return returned;
    }
    if (typeof (returned as PromiseLike<unknown> | null | undefined)?.then === 'function') {
      return this.#awaited(returned);
    }
    this.#ended();
    return returned;
  };

  /** Of a lazy one, such as a query, `then` is called once. */
  async #awaited(thenable: unknown): Promise<unknown> {
    try {
      return await thenable;
    } finally {
      this.#ended();
    }
  }

  readonly #ended = (): void => {
    this.#running--;
    this.#steps.ends?.();
  };
}
