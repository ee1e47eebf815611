import { type BulkheadMetrics, BULKHEAD_RESULT as RESULT } from '../metrics/bulkhead.ts';
import { Call, functionOf, type OuterCall, parentOf } from './call.ts';
import { callsAtOnce, capacityOf } from './cockatiel-internals.ts';
import { isMarked } from './error-type.ts';
import type { Executions } from './executions.ts';
import { runAndObserve } from './observe-result.ts';
import type { InstrumentationSettings, PolicyInstrumentation } from './policy-instrumentation.ts';
import type { Bulkhead, Execute, Fn } from './policy-types.ts';
import { shortExecutes, shortOuterOf } from './short-call.ts';

export class BulkheadInstrumentation implements PolicyInstrumentation {
  readonly execute: Execute;
  readonly #policy: Bulkhead;
  readonly #counts: BulkheadMetrics;
  readonly #durations: boolean;
  readonly executions: Executions | undefined;
  /** Whether it is cockatiel's bulkhead, which always returns its function's result. */
  readonly isKnown: boolean;
  readonly #slots: Limit;
  readonly #queueSlots: Limit;
  /** Functions in the queue: the bulkhead re-enters `execute` with them. */
  #queued: Set<Fn> | undefined;

  constructor(policy: Bulkhead, original: Execute, settings: InstrumentationSettings) {
    this.#policy = policy;
    this.#counts = settings.metrics.bulkheadMetrics();
    this.#durations = settings.durations;
    const { executions } = settings;
    this.executions = executions;
    const capacity = capacityOf(policy, 'capacity');
    this.isKnown = capacity !== undefined;
    this.#slots = new Limit(capacity);
    this.#queueSlots = new Limit(capacityOf(policy, 'queueCapacity'));

    const instrumentation = this;
    const execute: Execute = function execute(this: unknown, fn, signal, ...rest) {
      const outer = policy.executionSlots > 0 && !signal?.aborted && shortOuterOf(policy);
      if (outer) return instrumentation.#runShort(outer, original, this, fn, signal);
      if (instrumentation.#queued?.has(fn)) return original.call(this, fn, signal);
      const call = new BulkheadCall(instrumentation, parentOf(policy, signal), signal);
      executions?.begin(call);
      const inner = functionOf(call, fn);
      const free = policy.queueSlots;
      const result = runAndObserve(call, original, this, inner, signal, rest);
      if (!call.called && !call.isSettled) {
        instrumentation.#queued ??= new Set();
        instrumentation.#queued.add(inner);
        call.queued = inner;
        if (policy.queueSlots < free) call.queuedAt = performance.now();
      }
      return result;
    };
    if (!executions && callsAtOnce(original)) shortExecutes.add(execute);
    this.execute = execute;
  }

  /** A slot is free: the function runs at once, and the bulkhead returns its result. */
  #runShort(
    outer: OuterCall,
    original: Execute,
    policy: unknown,
    fn: Fn,
    signal: AbortSignal | undefined,
  ): unknown {
    this.#counts.calls.add(RESULT.accepted);
    const promise = original.call(policy, fn, signal);
    // The inner call ends with the same result.
    const { entered } = outer;
    if (entered !== undefined) entered.promise = promise;
    return promise;
  }

  readState(): void {
    const { executionSlots, queueSlots } = this.#policy;
    const limit = this.#slots.limit(executionSlots);
    const queueLimit = this.#queueSlots.limit(queueSlots);
    this.#counts.limit.add(0, limit);
    this.#counts.active.add(0, limit - executionSlots);
    this.#counts.queueLimit.add(0, queueLimit);
    this.#counts.queued.add(0, queueLimit - queueSlots);
  }

  settled(call: BulkheadCall, ok: boolean, value: unknown): void {
    if (!call.called) {
      // The function never ran, so the error is the bulkhead's own.
      const cancelled = isMarked(value, 'isTaskCancelledError');
      this.#counts.calls.add(cancelled ? RESULT.cancelled : RESULT.rejected);
      this.#leaveQueue(call);
    }
    this.executions?.end(call, ok, value);
  }

  started(call: BulkheadCall): void {
    this.#counts.calls.add(RESULT.accepted);
    this.#leaveQueue(call);
  }

  #leaveQueue(call: BulkheadCall): void {
    if (call.queued === undefined) return;
    this.#queued?.delete(call.queued);
    call.queued = undefined;
    if (call.queuedAt >= 0 && this.#durations) {
      this.#counts.wait.record((performance.now() - call.queuedAt) / 1000);
    }
  }
}

class BulkheadCall extends Call {
  declare readonly owner: BulkheadInstrumentation;
  /** The function, if it was not called at once. */
  queued: Fn | undefined = undefined;
  /** In ms of `performance.now()`. */
  queuedAt = -1;

  override functionCalled(): boolean {
    this.owner.started(this);
    return this.owner.isKnown;
  }

  override get handsOnResult(): boolean {
    return this.isObserved;
  }

  /** The bulkhead settles inner calls only if an outer call settles the bulkhead's call. */
  override get reportsInner(): boolean {
    return this.isObserved && (this.parent === undefined || this.isReported);
  }

  /** Once the function runs, a bulkhead inside a stack has nothing left to count. */
  override get isDone(): boolean {
    const isCounted = this.called && this.owner.executions === undefined;
    return this.isSettled || (isCounted && !this.reportsInner);
  }
}

/** The limit of a bulkhead. If cockatiel's private member is unknown: the most free slots observed. */
class Limit {
  readonly #known: number | undefined;
  #mostFree = 0;

  constructor(known: number | undefined) {
    this.#known = known;
  }

  limit(free: number): number {
    this.#mostFree = Math.max(this.#mostFree, free);
    return this.#known ?? this.#mostFree;
  }
}
