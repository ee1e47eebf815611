import { activeExecutions } from '../metrics/active-executions.ts';
import { type ExecutionMetrics, OUTCOME } from '../metrics/execution.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import type { Outcome } from '../semconv/attributes.ts';
import type { Call } from './call.ts';
import { isMarked } from './error-type.ts';
import { type AnyPolicy, membersOf, shapeOf } from './policy-types.ts';

/** Counts what the callers of one policy see: of the policy that `instrument` was given. */
export class Executions {
  readonly #counts: ExecutionMetrics;
  readonly #durations: boolean;
  readonly #unreported: () => void;
  readonly #name: string;

  /** @param unreported runs before an execution for as long as nobody takes durations */
  constructor(policy: AnyPolicy, scope: PolicyMetrics, durations: boolean, unreported: () => void) {
    this.#counts = scope.ofExecution();
    this.#counts.declare(outcomesOf(policy));
    this.#durations = durations;
    this.#unreported = unreported;
    this.#name = scope.name;
  }

  /** @param stack what is entered next, where it is a stack: then `running.entered` is called */
  begin(call: Call, stack?: object): void {
    const counts = this.#counts;
    if (!counts.duration.isReported) this.#unreported();
    counts.active.add(0);
    if (this.#durations && counts.duration.isNeeded) call.start = performance.now();
    if (activeExecutions.watched) activeExecutions.begin(call, this.#name, stack);
  }

  end(call: Call, ok: boolean, value: unknown): void {
    const outcome = ok
      ? call.fellBack
        ? OUTCOME.fallback
        : OUTCOME.success
      : failureOf(call, value);
    if (call.execution) activeExecutions.end(call);
    this.#counts.ended(outcome);
    if (call.start >= 0) this.#counts.took((performance.now() - call.start) / 1000, outcome);
  }
}

/** How executions of a policy can end, besides by a success or a failure of its function. */
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
  // An earlier attempt was made, and the last one was rejected.
  const isRejected =
    isMarked(error, 'isBrokenCircuitError') || isMarked(error, 'isBulkheadRejectedError');
  return call.isHandled === false && !isRejected ? OUTCOME.not_handled : OUTCOME.failure;
}

/** Called off while it waited, by a timeout or by the caller, whose reason may be handed on: no rejection. */
function isCancelled({ signal }: Call, error: unknown): boolean {
  return isMarked(error, 'isTaskCancelledError') || (!!signal?.aborted && error === signal.reason);
}
