import { activeExecutions } from '../metrics/active-executions.ts';
import {
  RETRY_RESULT as RESULT,
  type RetryBudgetState,
  type RetryMetrics,
} from '../metrics/retry.ts';
import { timerDelay } from '../shared/timers.ts';
import { Call, markHandled, markTimedOut, restart } from './call.ts';
import {
  type InvocationObserver,
  maxAttemptsOf,
  retryBudgetOf,
  tapEmitter,
} from './cockatiel-internals.ts';
import { isMarked } from './error-type.ts';
import type { Executions } from './executions.ts';
import {
  countError,
  ExecutorInstrumentation,
  type InstrumentationSettings,
} from './policy-instrumentation.ts';
import type { Execute, Retry } from './policy-types.ts';
import type { ShortCall } from './short-call.ts';

export class RetryInstrumentation extends ExecutorInstrumentation {
  readonly execute: Execute;
  readonly #counts: RetryMetrics;
  readonly #settings: InstrumentationSettings;
  readonly #executions: Executions | undefined;
  readonly #maxAttempts: number;
  readonly #budget: RetryBudgetState | undefined;
  readonly #event: { dispose(): void };
  /** Calls whose last attempt failed and that have not started to wait for a retry, oldest first. */
  readonly #failed: RetryCall[] = [];
  #hasWarned = false;

  constructor(policy: Retry, original: Execute, settings: InstrumentationSettings) {
    super(policy);
    this.#counts = settings.metrics.retryMetrics();
    this.#settings = settings;
    this.#maxAttempts = maxAttemptsOf(policy) ?? 0;
    this.#counts.declareAttempts(this.#maxAttempts);
    this.#budget = retryBudgetOf(policy);
    if (this.#budget) this.#counts.declareBudget();
    const onRetry = ({ delay }: { readonly delay: number }) => this.#onDelay(delay);
    this.#event = tapEmitter(policy, 'onRetryEmitter', onRetry) ?? policy.onRetry(onRetry);
    const { executions } = settings;
    this.#executions = executions;
    this.execute = this.executeOf(
      policy,
      original,
      settings,
      (parent, signal) => new RetryCall(this, parent, signal),
    );
  }

  protected override get isShort(): boolean {
    return true;
  }

  override succeeded(amount: 1 | -1): void {
    this.#counts.calls.add(RESULT.success_without_retry, amount);
  }

  continueCall(outer: Call, { signal, fn }: ShortCall): RetryCall {
    const call = new RetryCall(this, outer, signal);
    call.attempts = 1;
    this.continueWith(call, fn);
    return call;
  }

  protected override release(): void {
    this.#event.dispose();
    super.release();
  }

  readState(): void {
    if (this.#budget) this.#counts.reportBalance(this.#budget.balance);
  }

  retried(call: RetryCall): void {
    this.#counts.retried(call.attempts - 1);
    restart(call);
    if (activeExecutions.isWatched) activeExecutions.setAttempt(call, call.attempts);
  }

  /** Whether the budget denied the retry that the filter just decided on. */
  override get hasDenied(): boolean {
    return this.#budget?.hasDenied ?? false;
  }

  handled(call: RetryCall, ok: boolean, value: unknown): void {
    countError(this.#settings, 'retry', ok ? { value } : { error: value });
    this.#failed.push(call);
    if (!ok && !this.#hasWarned && isMarked(value, 'isBrokenCircuitError')) this.#warn();
  }

  /**
   * cockatiel emits the event two microtasks after a failure and without a call, so it belongs to the
   * oldest failed call. There is none if the call began before the policy was instrumented.
   */
  #onDelay(delay: number): void {
    if (this.#failed.shift() === undefined || !this.#settings.durations) return;
    this.#counts.delay.record(timerDelay(delay) / 1000);
  }

  #warn(): void {
    this.#hasWarned = true;
    const { metrics: scope, warn } = this.#settings;
    warn(
      `the retry of "${scope.name}" repeats calls that an open circuit breaker rejected. ` +
        'Put the breaker outside the retry, wrap(breaker, retry), or exclude BrokenCircuitError from the errors that the retry handles.',
    );
  }

  settled(call: RetryCall, ok: boolean, value: unknown): void {
    const failed = this.#failed.indexOf(call);
    if (failed >= 0) this.#failed.splice(failed, 1);
    const result = resultOf(call, ok, value, this.#maxAttempts);
    this.#counts.calls.add(result);
    // The caller aborted during the backoff, so the timeout of an earlier attempt is irrelevant.
    if (result === RESULT.aborted) markTimedOut(call, false);
    this.#executions?.end(call, ok, value);
    this.callSettled();
  }
}

function resultOf(call: RetryCall, ok: boolean, value: unknown, maxAttempts: number): number {
  const { attempts, last, signal } = call;
  // A retry that notices the abort in its backoff rejects with its reason.
  const isAborted = signal?.aborted && (last === 'handled' || (!ok && value === signal.reason));
  if (isAborted) return RESULT.aborted;
  // A retry gives up only after its last attempt. Before that, a listener or the backoff threw. The
  // retry may return the last failed value.
  if (call.isDenied) return RESULT.budget_exhausted;
  if (last === 'handled') {
    return attempts > maxAttempts ? RESULT.exhausted : RESULT.not_retryable;
  }
  if (ok) return attempts > 1 ? RESULT.success_after_retry : RESULT.success_without_retry;
  return last === undefined && attempts > 1 ? RESULT.exhausted : RESULT.not_retryable;
}

class RetryCall extends Call implements InvocationObserver {
  declare readonly owner: RetryInstrumentation;
  attempts = 0;
  /** How the last attempt ended; `undefined` if that is not observable. */
  last: 'success' | 'handled' | 'unhandled' | undefined = undefined;
  /** Whether the policy handles the last failure, but its budget allows no retry. */
  isDenied = false;

  override functionCalled(): boolean {
    const isObserved = this.owner.observe(this);
    if (++this.attempts > 1) this.owner.retried(this);
    return isObserved;
  }

  functionSettled(ok: boolean, value: unknown, handled: boolean | undefined): void {
    this.settleInner(ok, value);
    this.isDenied = handled === false && this.owner.hasDenied;
    const isHandled = handled || this.isDenied;
    if (!ok) markHandled(this, isHandled);
    this.last = isHandled ? 'handled' : ok ? 'success' : 'unhandled';
    if (isHandled) this.owner.handled(this, ok, value);
  }
}
