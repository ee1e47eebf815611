import { activeExecutions, SETTLES_EARLY } from '../metrics/active-executions.ts';
import { applyInside, Call, context, parentOf, restart } from './call.ts';
import { ContinuationCall } from './custom-policy.ts';
import type { Executions } from './executions.ts';
import { runAndObserve } from './observe-result.ts';
import type { PolicyInstrumentation } from './policy-instrumentation.ts';
import { type AnyPolicy, type Execute, type Fn, shapeOf, stackOf } from './policy-types.ts';

/** Instruments a stack, or a policy that has no layer of its own. */
export class StackInstrumentation implements PolicyInstrumentation {
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
      const isAbortable = signal !== undefined || activeExecutions.watched;
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
        activeExecutions.entered();
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
    owner: StackInstrumentation,
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
