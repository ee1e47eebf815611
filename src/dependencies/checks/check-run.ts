import { unavailableReason } from './check-result.ts';
import { messageOf } from './error-message.ts';

/** How a run ended: why it failed, if it did. */
export interface CheckResult {
  readonly ms: number;
  readonly error: string | null;
}

export interface CheckRunOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** Whether a process need not wait for it. */
  readonly background: boolean;
}

/**
 * One run of a function that may throw, reject, hang, and ignore that it is told to stop. Its end
 * comes once, and is never a rejection. A function that blocks the thread can't be ended.
 */
export class CheckRun {
  readonly ended: Promise<CheckResult>;
  readonly #aborter = new AbortController();
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;
  #resolve!: (ended: CheckResult) => void;
  #isHanging = true;

  constructor(run: (signal: AbortSignal) => unknown, { timeout, background }: CheckRunOptions) {
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#timer = setTimeout(() => {
      this.cancel(new DOMException(`no answer within ${timeout} ms`, 'TimeoutError'));
    }, timeout);
    if (background) this.#timer.unref();
    // A promise of our own looks into a thenable, and into nothing else that might throw.
    new Promise((resolve) => resolve(run(this.#aborter.signal)))
      .finally(() => {
        this.#isHanging = false;
      })
      .then(unavailableReason)
      .then(
        (refusal) => this.#end(refusal ?? null),
        (error) => this.#end(messageOf(error)),
      );
  }

  /** Milliseconds since its begin, while the function has not settled; it may have ended before. */
  get hangingMs(): number | undefined {
    return this.#isHanging ? performance.now() - this.#began : undefined;
  }

  /** Nobody waits for it any longer. */
  cancel(reason: unknown): void {
    this.#end(messageOf(reason));
    this.#aborter.abort(reason);
  }

  #end(error: string | null): void {
    clearTimeout(this.#timer);
    this.#resolve({ ms: performance.now() - this.#began, error });
  }
}
