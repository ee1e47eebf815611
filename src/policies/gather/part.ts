import { TaskCancelledError } from 'cockatiel';
import type { Outcome } from '../../semconv/attributes.ts';
import { attempt, type HandedOver, handOver, runInside } from '../fallback/fallback-call.ts';
import type { Part, PartContext, PartFailure } from './types.ts';

/** The policy that a part goes through. */
export interface Through {
  execute(fn: (context: PartContext) => unknown, signal: AbortSignal): unknown;
}

/** How a part ended. */
export type Ended =
  | { readonly outcome: Extract<Outcome, 'success' | 'fallback'>; readonly value: unknown }
  | PartFailure;

const UNPROTECTED: Through = { execute: (fn, signal) => fn({ signal }) };

/** One part of an answer, whatever its function does; its end comes once, and is never a throw. */
export class PartRun {
  readonly ended: Promise<Ended>;
  readonly #aborter = new AbortController();
  readonly #call: HandedOver = { fellBack: false };
  #resolve!: (ended: Ended) => void;
  #timer: NodeJS.Timeout | undefined;
  #called = false;
  /** The last attempt was told to stop before it had settled, and not by the gathering. */
  #stopped = false;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  start(part: Part, policy: Through | undefined, timeout: number | undefined): void {
    if (timeout !== undefined) {
      this.#timer = setTimeout(() => {
        const error = new TaskCancelledError(`Operation timed out after ${timeout}ms`);
        this.#give({ outcome: 'timed_out', error });
      }, timeout);
    }
    const { signal } = this.#aborter;
    const through = policy ?? UNPROTECTED;
    const run: Part = (context) =>
      this.#attempt(() => runInside(policy, () => part({ signal: context.signal })), context);
    // A promise of our own looks into a thenable, and into nothing else that might throw.
    const answer = new Promise((resolve) => {
      resolve(handOver(this.#call, () => through.execute(run, signal)));
    });
    answer.then(
      (value) => this.#end({ outcome: this.#call.fellBack ? 'fallback' : 'success', value }),
      (error) => this.#end({ outcome: this.#outcomeOf(error), error }),
    );
  }

  cancel(reason: unknown): void {
    this.#give({ outcome: 'cancelled', error: reason });
  }

  async #attempt(part: () => unknown, { signal }: PartContext): Promise<unknown> {
    this.#called = true;
    this.#stopped = false;
    try {
      return await attempt(this.#call, part);
    } finally {
      this.#stopped = signal.aborted;
    }
  }

  /** Nobody waits any longer. */
  #give(failure: PartFailure): void {
    this.#end(failure);
    this.#aborter.abort(failure.error);
  }

  #end(ended: Ended): void {
    clearTimeout(this.#timer);
    this.#resolve(ended);
  }

  #outcomeOf(error: unknown): PartFailure['outcome'] {
    if (this.#stopped || isTimeout(error)) return 'timed_out';
    return this.#called ? 'failure' : 'rejected';
  }
}

/** What a timeout of cockatiel's throws, of any copy of it. */
function isTimeout(error: unknown): boolean {
  try {
    return (error as { isTaskCancelledError?: unknown } | null)?.isTaskCancelledError === true;
  } catch {
    return false;
  }
}
