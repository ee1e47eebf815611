import { BULKHEAD_RESULT as RESULT, type BulkheadAggregate } from '../aggregate/bulkhead.ts';
import { answer } from './answer.ts';
import { isMarked } from './error-type.ts';
import type { Layer, Settings } from './layer.ts';
import type { Bulkhead, Execute, Fn } from './policy.ts';
import { type Call, descend, entered } from './run.ts';

export class BulkheadLayer implements Layer {
  readonly execute: Execute;
  readonly listeners: Layer['listeners'] = [];
  readonly #policy: Bulkhead;
  readonly #counts: BulkheadAggregate;
  readonly #durations: boolean;
  readonly #slots: Limit;
  readonly #places: Limit;
  /** Functions in the queue: the bulkhead re-enters `execute` with them. */
  readonly waiting = new Set<Fn>();

  constructor(policy: Bulkhead, original: Execute, settings: Settings) {
    this.#policy = policy;
    this.#counts = settings.scope.ofBulkhead();
    this.#durations = settings.durations;
    this.#slots = new Limit(policy, 'capacity');
    this.#places = new Limit(policy, 'queueCapacity');

    const layer = this;
    this.execute = function execute(fn, signal) {
      if (layer.waiting.size > 0 && layer.waiting.has(fn)) {
        return original.call(this, fn, signal);
      }
      const run = entered();
      const call = new BulkheadCall(layer);
      const claimed = run?.claim(policy, call) ?? false;
      const inner: Fn = (...args) => {
        if (call.inner) layer.#leave(call, RESULT.accepted);
        call.called = true;
        return descend(run, fn, args);
      };
      const places = policy.queueSlots;
      const answered = original.call(this, inner, signal);
      if (call.called) {
        layer.#counts.calls.add(RESULT.accepted);
        return answered;
      }
      layer.waiting.add(inner);
      call.inner = inner;
      if (policy.queueSlots < places) call.queuedAt = performance.now();
      return answer(answered, call, run, claimed);
    };
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

  /** Answered without having run: the error is the bulkhead's own. */
  turnedAway(call: BulkheadCall, error: unknown): void {
    this.#leave(
      call,
      isMarked(error, 'isTaskCancelledError') ? RESULT.cancelled : RESULT.rejected,
    );
  }

  #leave(call: BulkheadCall, result: number): void {
    this.#counts.calls.add(result);
    this.waiting.delete(call.inner as Fn);
    call.inner = undefined;
    if (call.queuedAt !== undefined && this.#durations) {
      this.#counts.wait.record((performance.now() - call.queuedAt) / 1000);
    }
  }
}

class BulkheadCall implements Call {
  called = false;
  queuedAt: number | undefined;
  /** While it waits. */
  inner: Fn | undefined;
  readonly #layer: BulkheadLayer;

  constructor(layer: BulkheadLayer) {
    this.#layer = layer;
  }

  end(_ok: boolean, value: unknown): void {
    if (!this.called) this.#layer.turnedAway(this, value);
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
