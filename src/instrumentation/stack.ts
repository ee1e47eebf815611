import { running, SETTLES_EARLY } from '../metrics/active-executions.ts';
import { type ExecutionAggregate, OUTCOME } from '../metrics/execution.ts';
import type { Outcome } from '../semconv/attributes.ts';
import { applyInside, Call, context, parentOf, restart } from './call.ts';
import { ContinuationCall } from './custom-policy.ts';
import { isMarked } from './error-type.ts';
import { runAndObserve } from './observe-result.ts';
import type { Layer, Settings } from './policy-instrumentation.ts';
import {
  type AnyPolicy,
  type Execute,
  type Fn,
  membersOf,
  shapeOf,
  stackOf,
} from './policy-types.ts';

/** Counts what the callers of one policy see: of the policy that `instrument` was given. */
export class Executions {
  readonly #counts: ExecutionAggregate;
  readonly #durations: boolean;
  readonly #unreported: () => void;
  readonly #name: string;

  /** @param unreported runs before an execution for as long as nobody takes durations */
  constructor(policy: AnyPolicy, { scope, durations }: Settings, unreported: () => void) {
    this.#counts = scope.ofExecution();
    this.#counts.declare(outcomesOf(policy));
    this.#durations = durations;
    this.#unreported = unreported;
    this.#name = scope.name;
  }

  /** @param stack what is entered next, where it is a stack: then `running.entered` is called */
  begin(call: Call, stack?: object): void {
    const counts = this.#counts;
    if (!counts.duration.reported) this.#unreported();
    counts.active.add(0);
    if (this.#durations && counts.duration.wanted) call.start = performance.now();
    if (running.watched) running.begin(call, this.#name, stack);
  }

  end(call: Call, ok: boolean, value: unknown): void {
    const outcome = ok
      ? call.fellBack
        ? OUTCOME.fallback
        : OUTCOME.success
      : failureOf(call, value);
    if (call.execution) running.end(call);
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

/** Instruments a stack, or a policy that has no layer of its own. */
export class StackLayer implements Layer {
  readonly execute: Execute;
  readonly #executions: Executions;

  constructor(policy: AnyPolicy, original: Execute, executions: Executions) {
    this.#executions = executions;
    const isCustom = shapeOf(policy).type === 'custom';
    // A policy of the user's own may enter any other.
    const stack = isCustom ? { members: undefined, hasNoop: false } : stackOf(policy);
    const settlesEarly = SETTLES_EARLY in policy;

    const layer = this;
    this.execute = function execute(fn, signal, ...rest) {
      const isAbortable = signal !== undefined || running.watched;
      const isItsOwn = isCustom || (settlesEarly && isAbortable);
      const call = new StackCall(layer, parentOf(policy, signal), signal, !isItsOwn);
      call.stack = stack;
      executions.begin(call, policy);
      // The innermost function: what the user does in it is no part of this stack.
      const inner: Fn = function inner() {
        call.called = true;
        const caller = context.parent ?? call;
        caller.entered = call;
        const outside = call.parent && new ContinuationCall(caller, call);
        if (outside && !outside.isAbandoned) restart(outside);
        return applyInside(outside, fn, undefined, arguments);
      };
      const given = typeof fn === 'function' ? inner : fn;
      try {
        return runAndObserve(call, original, this, given, signal, rest);
      } finally {
        running.entered();
      }
    };
  }

  settled(call: Call, ok: boolean, value: unknown): void {
    this.#executions.end(call, ok, value);
  }
}

class StackCall extends Call {
  readonly #handsOnResult: boolean;

  /** @param handsOnResult not so of a policy of the user's own: it may drop what others return */
  constructor(
    owner: StackLayer,
    parent: Call | undefined,
    signal: AbortSignal | undefined,
    handsOnResult: boolean,
  ) {
    super(owner, parent, signal);
    this.#handsOnResult = handsOnResult;
  }

  override get hasOutcomeOfInner(): boolean {
    return true;
  }

  override get handsOnResult(): boolean {
    return this.#handsOnResult;
  }

  override hasReturned(result: unknown): void {
    this.innerReturned(result, this.signal);
  }

  override get reportsInner(): boolean {
    return this.#handsOnResult;
  }
}
