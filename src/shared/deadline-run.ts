/** How a run ended; `ms` is the time from its start to its end, in milliseconds. */
export type RunResult<T> = { readonly ms: number } & (
  | { readonly status: 'fulfilled'; readonly value: T }
  | { readonly status: 'rejected' | 'timed_out' | 'cancelled'; readonly error: unknown }
);

export interface DeadlineOptions {
  /** Milliseconds until the run times out; without it, the run may take any time. */
  readonly timeout?: number | undefined;
  /** Creates the error of a run that timed out, which is also the reason of its signal. */
  readonly createTimeoutError: (timeout: number) => unknown;
  /** Whether the timer keeps the process alive. @default true */
  readonly keepsProcessAlive?: boolean;
}

/**
 * One run of a function that may throw, reject, hang or ignore its signal. The result is there once
 * and is never a rejection. A function that blocks the thread cannot be ended.
 */
export class DeadlineRun<T> {
  readonly result: Promise<RunResult<T>>;
  readonly #abortController = new AbortController();
  readonly #start = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #resolve!: (result: RunResult<T>) => void;
  #isPending = true;

  constructor(fn: (signal: AbortSignal) => T | PromiseLike<T>, options: DeadlineOptions) {
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#startTimer(options);
    // Inside a promise of its own, a thenable with a getter that throws is a rejection.
    new Promise<T>((resolve) => resolve(fn(this.#abortController.signal)))
      .finally(() => {
        this.#isPending = false;
      })
      .then(
        (value) => this.#end({ status: 'fulfilled', value, ms: this.#elapsedMs }),
        (error: unknown) => this.#end({ status: 'rejected', error, ms: this.#elapsedMs }),
      );
  }

  /** Milliseconds since the start while the function has not settled, even if the run has ended. */
  get pendingMs(): number | undefined {
    return this.#isPending ? this.#elapsedMs : undefined;
  }

  /** Ends the run and aborts its signal; a run that has ended keeps its result. */
  cancel(reason: unknown): void {
    this.#abort('cancelled', reason);
  }

  get #elapsedMs(): number {
    return performance.now() - this.#start;
  }

  #startTimer({ timeout, createTimeoutError, keepsProcessAlive = true }: DeadlineOptions): void {
    if (timeout === undefined) return;
    const timer = setTimeout(() => this.#abort('timed_out', createTimeoutError(timeout)), timeout);
    if (!keepsProcessAlive) timer.unref();
    this.#timer = timer;
  }

  /** The result comes first, so that it does not depend on how the function reacts to its signal. */
  #abort(status: 'timed_out' | 'cancelled', error: unknown): void {
    this.#end({ status, error, ms: this.#elapsedMs });
    this.#abortController.abort(error);
  }

  #end(result: RunResult<T>): void {
    clearTimeout(this.#timer);
    this.#resolve(result);
  }
}
