import { TIMEOUT_RESULT as RESULT, type TimeoutMetrics } from '../metrics/timeout.ts';
import { timerDelay } from '../shared/timers.ts';
import { Call, isThenable, markTimedOut, signalOf } from './call.ts';
import { durationOf, type InvocationObserver, isRace, tapEmitter } from './cockatiel-internals.ts';
import type { Executions } from './executions.ts';
import { ExecutorInstrumentation, type InstrumentationSettings } from './policy-instrumentation.ts';
import type { Execute, Timeout } from './policy-types.ts';
import type { ShortCall } from './short-call.ts';

/** Schedules microtasks. Unlike `queueMicrotask`, fake timers do not replace it. */
const resolved = Promise.resolve();

export class TimeoutInstrumentation extends ExecutorInstrumentation {
  readonly execute: Execute;
  readonly #counts: TimeoutMetrics;
  readonly #executions: Executions | undefined;
  /** Whether the timeout is aggressive: it rejects without waiting for its function. */
  readonly isRace: boolean;
  readonly #limit: number | undefined;
  readonly #event: { dispose(): void };
  /** Calls whose function has not settled, the oldest first. */
  readonly #active = new CallList();

  constructor(policy: Timeout, original: Execute, settings: InstrumentationSettings) {
    super(policy);
    this.#counts = settings.metrics.timeoutMetrics();
    const { executions } = settings;
    this.#executions = executions;
    this.#limit = limitOf(policy);
    this.isRace = isRace(policy);
    const onAbort = () => this.#aborted();
    this.#event = tapEmitter(policy, 'timeoutEmitter', onAbort) ?? policy.onTimeout(onAbort);
    this.execute = this.executeOf(
      policy,
      original,
      settings,
      (parent, signal) => new TimeoutCall(this, parent, signal),
    );
  }

  continueCall(outer: Call, { signal }: ShortCall): TimeoutCall {
    return new TimeoutCall(this, outer, signal);
  }

  override detach(): void {
    this.#event.dispose();
    super.detach();
  }

  readState(): void {
    if (this.#limit !== undefined) this.#counts.reportLimit(this.#limit);
  }

  settled(call: TimeoutCall, ok: boolean, value: unknown): void {
    // The signal was aborted before the call began, and a listener threw: the function never ran.
    if (!call.called) call.result = abortResult(call.signal);
    this.functionSettled(call);
    this.#counts.calls.add(call.result);
    if (call.result === RESULT.timed_out) markTimedOut(call, !ok);
    else if (call.result === RESULT.cancelled) markTimedOut(call, false);
    this.#executions?.end(call, ok, value);
    this.callSettled();
  }

  functionStarted(call: TimeoutCall): void {
    this.#active.add(call);
  }

  functionSettled(call: TimeoutCall): void {
    if (!call.active) return;
    this.#active.delete(call);
    // The abort emitted no event: a listener threw, or the tap was removed.
    if (call.functionSignal?.aborted) call.result = abortResult(call.signal);
  }

  /**
   * cockatiel emits the event for every abort, including the caller's, and it identifies no call. It
   * belongs to the oldest active call with an aborted signal.
   */
  #aborted(): void {
    const call = this.#active.find((active) => active.functionSignal?.aborted === true);
    if (call === undefined) return;
    this.#active.delete(call);
    call.aborted();
  }
}

/** The result of an aborted call: cancelled if the caller's signal is aborted, else timed out. */
function abortResult(signal: AbortSignal | undefined): number {
  return signal?.aborted ? RESULT.cancelled : RESULT.timed_out;
}

/** The delay of the timer in seconds, within the limits of `setTimeout`. */
function limitOf(policy: Timeout): number | undefined {
  const duration = durationOf(policy);
  return duration === undefined ? undefined : Math.max(1, timerDelay(duration)) / 1000;
}

class TimeoutCall extends Call implements InvocationObserver {
  declare readonly owner: TimeoutInstrumentation;
  result: number = RESULT.completed;
  /** The result after an abort, unless the function turns out to have settled before it. */
  verdict: number | undefined = undefined;
  /** The signal that the function received. */
  functionSignal: AbortSignal | undefined = undefined;
  /** For an aggressive timeout: the function's return value as a promise. */
  returned: Promise<unknown> | undefined = undefined;
  older: TimeoutCall | undefined = undefined;
  younger: TimeoutCall | undefined = undefined;
  active = false;

  override functionCalled(context: unknown): boolean {
    const reports = this.owner.observe(this);
    this.functionSignal = signalOf(context);
    // The signal was aborted before the call began: the event has fired, and the function still runs.
    if (this.functionSignal?.aborted) this.result = abortResult(this.signal);
    else this.owner.functionStarted(this);
    return reports;
  }

  override functionReturned(returned: unknown): unknown {
    if (!isThenable(returned)) this.functionThrew();
    else if (this.owner.isRace) {
      // cockatiel also calls `Promise.resolve` on it, so this adds no microtask.
      this.returned = Promise.resolve(returned);
      return this.returned;
    }
    return returned;
  }

  /** The function returned no promise, or threw. An abort while it ran precedes its result. */
  override functionThrew(): void {
    if (this.verdict !== undefined) this.result = this.verdict;
    this.owner.functionSettled(this);
  }

  functionSettled(ok: boolean, value: unknown): void {
    this.verdict = undefined;
    this.owner.functionSettled(this);
    // An aggressive timeout may have rejected already, while the function continues.
    if (this.owner.isRace && !ok && this.functionSignal?.aborted) {
      this.inner?.observeFromSide();
      this.inner = undefined;
      this.isObserved = false;
    }
    this.settleInner(ok, value);
  }

  /**
   * The signal was aborted. If the function settled before the abort, it was in time: cockatiel
   * reports its result before a reaction that is added now runs. An aggressive timeout races the
   * function through further promises, so a reaction on the first promise decides the order.
   */
  aborted(): void {
    this.verdict = abortResult(this.signal);
    const settled = () => {
      this.verdict = undefined;
    };
    if (this.returned) Promise.prototype.then.call(this.returned, settled, settled);
    resolved.then(() => {
      if (this.verdict !== undefined) this.result = this.verdict;
    });
  }
}

/** A doubly linked list of calls in the order they began. It is cheaper than a `Set`. */
class CallList {
  #oldest: TimeoutCall | undefined;
  #youngest: TimeoutCall | undefined;

  add(call: TimeoutCall): void {
    call.active = true;
    call.older = this.#youngest;
    if (this.#youngest) this.#youngest.younger = call;
    else this.#oldest = call;
    this.#youngest = call;
  }

  delete(call: TimeoutCall): void {
    if (!call.active) return;
    call.active = false;
    if (call.older) call.older.younger = call.younger;
    else this.#oldest = call.younger;
    if (call.younger) call.younger.older = call.older;
    else this.#youngest = call.older;
    call.older = undefined;
    call.younger = undefined;
  }

  find(matches: (call: TimeoutCall) => boolean): TimeoutCall | undefined {
    for (let call = this.#oldest; call !== undefined; call = call.younger) {
      if (matches(call)) return call;
    }
    return undefined;
  }
}
