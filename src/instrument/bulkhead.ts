import { type BulkheadAggregate, BULKHEAD_RESULT as RESULT } from '../aggregate/bulkhead.ts';
import { answer } from './answer.ts';
import { Call, enter, entered, leave } from './call.ts';
import { isMarked } from './error-type.ts';
import type { Executions } from './execution.ts';
import { callWith, type Layer, NO_LISTENERS, type Settings } from './layer.ts';
import type { AsyncExecute, Bulkhead, Execute, Fn } from './policy.ts';

export class BulkheadLayer implements Layer {
  readonly execute: Execute;
  readonly listeners = NO_LISTENERS;
  readonly #policy: Bulkhead;
  readonly #counts: BulkheadAggregate;
  readonly #durations: boolean;
  readonly #executions: Executions | undefined;
  readonly #slots: Limit;
  readonly #places: Limit;
  /** Functions in the queue: the bulkhead re-enters `execute` with them. */
  #waiting: Set<Fn> | undefined;

  constructor(policy: Bulkhead, original: AsyncExecute, settings: Settings) {
    this.#policy = policy;
    this.#counts = settings.scope.ofBulkhead();
    this.#durations = settings.durations;
    const { executions } = settings;
    this.#executions = executions;
    this.#slots = new Limit(policy, 'capacity');
    this.#places = new Limit(policy, 'queueCapacity');

    const layer = this;
    this.execute = function execute(fn, signal) {
      if (layer.#waiting?.has(fn)) {
        return original.call(this, fn, signal);
      }
      const stack = entered();
      const call = new BulkheadCall(layer, stack, signal);
      const told = stack?.answersFor(policy, call);
      executions?.begin(call);
      const inner: Fn = (context, second) => {
        call.called = true;
        layer.#started(call);
        enter(stack);
        try {
          return callWith(fn, context, second);
        } finally {
          leave();
        }
      };
      const places = policy.queueSlots;
      const answered = original.call(this, inner, signal);
      if (!call.called) {
        layer.#wait(inner);
        call.inner = inner;
        if (policy.queueSlots < places) call.queuedAt = performance.now();
      } else if (executions === undefined) {
        // It runs, and nothing that is counted here can happen to it any more.
        return answered;
      }
      return told ? answered : answer(answered, call);
    };
  }

  #wait(inner: Fn): void {
    this.#waiting ??= new Set();
    this.#waiting.add(inner);
  }

  sample(): void {
    const { executionSlots, queueSlots } = this.#policy;
    const limit = this.#slots.at(executionSlots);
    const queueLimit = this.#places.at(queueSlots);
    this.#counts.limit.add(0, limit);
    this.#counts.active.add(0, limit - executionSlots);
    this.#counts.queueLimit.add(0, queueLimit);
    this.#counts.queued.add(0, queueLimit - queueSlots);
  }

  end(call: BulkheadCall, ok: boolean, value: unknown): void {
    if (!call.called) {
      // The function never ran, so the error is the bulkhead's own.
      const cancelled = isMarked(value, 'isTaskCancelledError');
      this.#counts.calls.add(cancelled ? RESULT.cancelled : RESULT.rejected);
      this.#left(call);
    }
    this.#executions?.end(call, ok, value);
  }

  #started(call: BulkheadCall): void {
    this.#counts.calls.add(RESULT.accepted);
    if (call.inner !== undefined) this.#left(call);
  }

  /** It waits no more. */
  #left(call: BulkheadCall): void {
    this.#waiting?.delete(call.inner as Fn);
    if (call.queuedAt !== undefined && this.#durations) {
      this.#counts.wait.record((performance.now() - call.queuedAt) / 1000);
    }
  }
}

class BulkheadCall extends Call {
  readonly layer: BulkheadLayer;
  /** Where the function was not called at once. */
  inner: Fn | undefined;
  queuedAt: number | undefined;

  constructor(layer: BulkheadLayer, stack: Call | undefined, signal: AbortSignal | undefined) {
    super(stack, signal);
    this.layer = layer;
    this.inner = undefined;
    this.queuedAt = undefined;
  }

  end(ok: boolean, value: unknown): void {
    this.layer.end(this, ok, value);
  }
}

/** A limit that cockatiel keeps private: read where it can be, else the most ever seen free. */
class Limit {
  readonly #known: number | undefined;
  #most = 0;

  constructor(policy: Bulkhead, member: 'capacity' | 'queueCapacity') {
    const known = (policy as { capacity?: unknown; queueCapacity?: unknown })[member];
    this.#known = typeof known === 'number' ? known : undefined;
  }

  at(free: number): number {
    this.#most = Math.max(this.#most, free);
    return this.#known ?? this.#most;
  }
}
