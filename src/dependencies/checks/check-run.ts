import { DeadlineRun, type RunResult } from '../../shared/deadline-run.ts';
import { runDetached } from '../../shared/logger.ts';
import { readMember, toErrorLine } from './error-line.ts';

/** How long a check or a recovery took, and why it failed, if it did. */
export interface CheckResult {
  /** Milliseconds. */
  readonly ms: number;
  readonly error: string | null;
}

export interface CheckRunOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** Whether the timeout keeps the process alive. */
  readonly keepsProcessAlive: boolean;
}

/** One run of a user's check or recovery, with a deadline. */
export class CheckRun {
  readonly result: Promise<CheckResult>;
  readonly #run: DeadlineRun<string | undefined>;

  constructor(
    fn: (signal: AbortSignal) => unknown,
    { timeout, keepsProcessAlive }: CheckRunOptions,
  ) {
    this.#run = new DeadlineRun(async (signal) => unavailableReason(await fn(signal)), {
      timeout,
      createTimeoutError: () => new DOMException(`no answer within ${timeout} ms`, 'TimeoutError'),
      keepsProcessAlive,
    });
    this.result = this.#run.result.then(toCheckResult);
  }

  /** Milliseconds since the start while the function has not settled, even after its timeout. */
  get pendingMs(): number | undefined {
    return this.#run.pendingMs;
  }

  cancel(reason: unknown): void {
    this.#run.cancel(reason);
  }
}

function toCheckResult(result: RunResult<string | undefined>): CheckResult {
  const { status, ms } = result;
  return {
    ms,
    error: status === 'fulfilled' ? (result.value ?? null) : toErrorLine(result.error),
  };
}

/** Why the value of a check means that its system is unavailable. May throw, as getters can. */
function unavailableReason(value: unknown): string | undefined {
  if (value === false) return 'the result was false';
  if (typeof value !== 'object' || value === null) return undefined;
  cancelBody(value);
  const { available, ok } = value as Readonly<Record<string, unknown>>;
  if (available !== false && ok !== false) return undefined;
  const error = readMember(value, 'error');
  const status = readMember(value, 'status');
  if (error) return toErrorLine(error);
  if (typeof status === 'number') return `status ${status}`;
  return `the result had \`${available === false ? 'available' : 'ok'}: false\``;
}

/** The unread body of a response, of any `fetch`, keeps its connection busy. */
function cancelBody(value: object): void {
  const { body } = value as { readonly body?: { readonly cancel?: unknown } | null };
  const cancel = body?.cancel;
  if (typeof cancel !== 'function') return;
  // A body that the check reads itself rejects the cancellation.
  runDetached(() => cancel.call(body));
}
