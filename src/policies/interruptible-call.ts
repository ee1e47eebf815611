import { inspect } from 'node:util';

type Fn = (...args: unknown[]) => unknown;

export type Execute = (fn: Fn, signal: AbortSignal) => Promise<unknown>;

/** Thrown to a policy whose caller has been answered already; nobody else sees it. */
const CALLED_OFF = new Error('the caller has called it off');

/** Whether an error is of a call that was not made any more: for filters, which must leave it be. */
export const isCancelledResult = (error: unknown): boolean => error === CALLED_OFF;

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
 * No promise on the way from the function to the caller gets two reactions, and the last one gets the
 * very functions of the promise constructor: V8 follows only those for the stack of an error.
 */
export class InterruptibleCall {
  readonly #fn: Fn;
  readonly #signal: AbortSignal;
  readonly #steps: Steps;
  /** What the function returned last. */
  #returned: unknown;
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
      original(this.#called, this.#signal)
        .then(
          (value) => {
            answered?.();
            return value;
          },
          (error: unknown) => {
            answered?.();
            throw explain ? explain(error) : error;
          },
        )
        .then(resolve, reject);
    });
  }

  /** Answers at once; but a function that is running has the signal, and may still have an answer. */
  stop(error: unknown): void {
    if (!isPending(this.#returned)) this.#reject?.(error);
  }

  readonly #called: Fn = (...args) => {
    if (this.#signal.aborted) throw CALLED_OFF;
    this.#steps.begins?.();
    this.#returned = NEVER;
    try {
      // A function that is none is cockatiel's to complain about.
      this.#returned = this.#fn(...args);
    } catch (error) {
      this.#returned = undefined;
      this.#steps.ends?.();
      throw error;
    }
    this.#returned = this.#observed(this.#returned);
    return this.#returned;
  };

  /** A promise of the function is handed on as it is, and at once, where nothing is to be done. */
  #observed(returned: unknown): unknown {
    const { ends } = this.#steps;
    const isThenable =
      typeof (returned as PromiseLike<unknown> | null | undefined)?.then === 'function';
    if (!isThenable) {
      ends?.();
      return returned;
    }
    // Of a lazy one, such as a query, `then` is called once.
    const promise = Promise.resolve(returned);
    if (ends === undefined) return promise;
    return promise.then(
      (value) => {
        ends();
        return value;
      },
      (error: unknown) => {
        ends();
        throw error;
      },
    );
  }
}

const NEVER = new Promise<never>(() => {});

/** Whether it is a promise that has not settled: only its inspection says so without a reaction. */
function isPending(value: unknown): boolean {
  const options = { customInspect: false, depth: 0, maxArrayLength: 0, maxStringLength: 0 };
  return value instanceof Promise && /^[^{]*\{\s*<pending>/.test(inspect(value, options));
}
