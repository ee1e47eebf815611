import { TaskCancelledError } from 'cockatiel';
import type { Outcome } from '../../semconv/attributes.ts';
import { DeadlineRun, type RunResult } from '../../shared/deadline-run.ts';
import { type Invocation, invoke, runAttempt } from '../members/call-context.ts';
import type { Part, PartContext, PartFailure } from './types.ts';

/** A policy that a part goes through. */
export interface PartPolicy {
  execute(fn: (context: PartContext) => unknown, signal: AbortSignal): unknown;
}

/** How a part ended. */
export type PartResult =
  | { readonly outcome: Extract<Outcome, 'success' | 'fallback'>; readonly value: unknown }
  | PartFailure;

const PASS_THROUGH: PartPolicy = { execute: (fn, signal) => fn({ signal }) };

/** One run of a part; its result is there once and is never a rejection. */
export class PartRun {
  readonly result: Promise<PartResult>;
  readonly #run: DeadlineRun<unknown>;
  readonly #invocation: Invocation;
  #isCalled = false;
  /** Whether the policy aborted the last attempt before it settled. */
  #isAborted = false;

  /** @param timeout in milliseconds */
  constructor(part: Part, policy: PartPolicy | undefined, timeout: number | undefined) {
    const usedPolicy = policy ?? PASS_THROUGH;
    this.#invocation = { policy: usedPolicy, args: [], usedFallback: false };
    const inner = policy ? { enclosingPolicy: policy } : {};
    const attempt: Part = ({ signal }) =>
      this.#attempt(() => runAttempt(this.#invocation, () => part({ signal }), inner), signal);
    this.#run = new DeadlineRun<unknown>(
      (signal) => invoke(this.#invocation, () => usedPolicy.execute(attempt, signal)),
      {
        timeout,
        createTimeoutError: () => new TaskCancelledError(`Operation timed out after ${timeout}ms`),
      },
    );
    this.result = this.#run.result.then((result) => this.#toPartResult(result));
  }

  cancel(reason: unknown): void {
    this.#run.cancel(reason);
  }

  async #attempt(fn: () => unknown, signal: AbortSignal): Promise<unknown> {
    this.#isCalled = true;
    this.#isAborted = false;
    try {
      return await fn();
    } finally {
      this.#isAborted = signal.aborted;
    }
  }

  #toPartResult(result: RunResult<unknown>): PartResult {
    if (result.status === 'fulfilled') {
      const outcome = this.#invocation.usedFallback ? 'fallback' : 'success';
      return { outcome, value: result.value };
    }
    const { status, error } = result;
    if (status !== 'rejected') return { outcome: status, error };
    if (this.#isAborted || isTimeout(error)) return { outcome: 'timed_out', error };
    return { outcome: this.#isCalled ? 'failure' : 'rejected', error };
  }
}

/** Whether an error comes from a timeout of cockatiel, of any copy. */
function isTimeout(error: unknown): boolean {
  try {
    return (error as { isTaskCancelledError?: unknown } | null)?.isTaskCancelledError === true;
  } catch {
    return false;
  }
}
