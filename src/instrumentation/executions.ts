import { activeExecutions } from '../metrics/active-executions.ts';
import { type ExecutionMetrics, OUTCOME } from '../metrics/execution.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import type { Outcome } from '../semconv/attributes.ts';
import type { Call } from './call.ts';
import { isMarked } from './error-type.ts';
import { type AnyPolicy, membersOf, shapeOf } from './policy-types.ts';

/** Counts the executions of a policy that was passed to `instrument`. */
export class Executions {
  readonly #counts: ExecutionMetrics;
  readonly #durations: boolean;
  readonly #connectIfNeeded: () => void;
  readonly #name: string;

  /** @param connectIfNeeded runs before each execution until an SDK receives the durations */
  constructor(
    policy: AnyPolicy,
    scope: PolicyMetrics,
    durations: boolean,
    connectIfNeeded: () => void,
  ) {
    this.#counts = scope.executionMetrics();
    this.#counts.declare(outcomesOf(policy));
    this.#durations = durations;
    this.#connectIfNeeded = connectIfNeeded;
    this.#name = scope.name;
  }

  /** @param stack the policy if it is a stack; its `execute` then calls `activeExecutions.entered` */
  begin(call: Call, stack?: object): void {
    const counts = this.#counts;
    if (!counts.duration.isReported) this.#connectIfNeeded();
    counts.active.add(0);
    if (this.#durations && counts.duration.isNeeded) call.start = performance.now();
    if (activeExecutions.isWatched) activeExecutions.start(call, this.#name, stack);
  }

  end(call: Call, ok: boolean, value: unknown): void {
    const outcome = ok
      ? call.fellBack
        ? OUTCOME.fallback
        : OUTCOME.success
      : failureOf(call, value);
    if (call.execution) activeExecutions.end(call);
    this.#counts.executionSettled(outcome);
    if (call.start >= 0)
      this.#counts.recordDuration((performance.now() - call.start) / 1000, outcome);
  }
}

/** The outcomes that the policy can cause, besides the success and the failure of its function. */
function outcomesOf(policy: AnyPolicy): Outcome[] {
  return [...membersOf(policy)].flatMap((member): Outcome[] => {
    switch (shapeOf(member).type) {
      case 'fallback':
        return ['fallback'];
      case 'timeout':
        return ['timed_out'];
      case 'circuit_breaker':
      case 'bulkhead':
        return ['rejected'];
      default:
        return [];
    }
  });
}

function failureOf(call: Call, error: unknown): number {
  if (!call.called && !isCancelled(call, error)) return OUTCOME.rejected;
  if (call.timedOut) return OUTCOME.timed_out;
  if (call.signal?.aborted) return OUTCOME.cancelled;
  if (!call.called) return OUTCOME.rejected;
  // The last attempt was rejected after an earlier attempt had called the function.
  const isRejected =
    isMarked(error, 'isBrokenCircuitError') || isMarked(error, 'isBulkheadRejectedError');
  return call.isHandled === false && !isRejected ? OUTCOME.not_handled : OUTCOME.failure;
}

/** Whether a timeout or the caller aborted a call that waited. Such a call was not rejected. */
function isCancelled({ signal }: Call, error: unknown): boolean {
  return isMarked(error, 'isTaskCancelledError') || (!!signal?.aborted && error === signal.reason);
}
