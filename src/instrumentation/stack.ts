import { activeExecutions, SETTLES_EARLY } from '../metrics/active-executions.ts';
import { applyInside, Call, context, type OuterCall, parentOf, restart } from './call.ts';
import { ContinuationCall } from './custom-policy.ts';
import type { Executions } from './executions.ts';
import { runAndObserve } from './observe-result.ts';
import type { PolicyInstrumentation } from './policy-instrumentation.ts';
import { type AnyPolicy, type Execute, type Fn, isWrap, shapeOf, stackOf } from './policy-types.ts';
import { shortExecutes } from './short-call.ts';

/** Instruments a stack, a noop policy, or a user-defined policy. */
export class StackInstrumentation implements PolicyInstrumentation {
  readonly execute: Execute;
  readonly #executions: Executions;

  constructor(policy: AnyPolicy, original: Execute, executions: Executions) {
    this.#executions = executions;
    const isCustom = shapeOf(policy).type === 'custom';
    // A user-defined policy may call any policy.
    const stack = isCustom ? { members: undefined, hasNoop: false } : stackOf(policy);
    const members = isWrap(policy) ? policy.wrapped : [];
    const executes = members.map(({ execute }) => execute);
    const allowsShort = executes.every((execute) => shortExecutes.has(execute));
    const settlesEarly = SETTLES_EARLY in policy;

    const instrumentation = this;
    this.execute = function execute(fn, signal, ...rest) {
      const isAbortable = signal !== undefined || activeExecutions.isWatched;
      const mayDiscard = isCustom || (settlesEarly && isAbortable);
      const call = new StackCall(instrumentation, parentOf(policy, signal), signal, !mayDiscard);
      call.stack = stack;
      call.allowsShort =
        allowsShort && !mayDiscard && !call.outer && areUnchanged(members, executes);
      executions.begin(call, policy);
      // The user's function. Policies that it calls are not part of this stack.
      const inner: Fn = function inner() {
        call.called = true;
        const caller = context.parent ?? call;
        caller.entered = call;
        const continuation = call.outer && new ContinuationCall(caller.toCall(), call);
        if (continuation && !continuation.isAbandoned) restart(continuation);
        return applyInside(continuation, fn, undefined, arguments);
      };
      const wrapped = typeof fn === 'function' ? inner : fn;
      try {
        return runAndObserve(call, original, this, wrapped, signal, rest);
      } finally {
        activeExecutions.stackEntered();
      }
    };
  }

  settled(call: Call, ok: boolean, value: unknown): void {
    this.#executions.end(call, ok, value);
  }
}

/** Whether no member was replaced or decorated since the stack was instrumented. */
function areUnchanged(members: readonly AnyPolicy[], executes: readonly Execute[]): boolean {
  if (members.length !== executes.length) return false;
  for (let i = 0; i < executes.length; i++) {
    if (members[i]?.execute !== executes[i]) return false;
  }
  return true;
}

class StackCall extends Call {
  readonly #handsOnResult: boolean;

  /** @param handsOnResult `false` if the policy may discard the result of an inner policy */
  constructor(
    owner: StackInstrumentation,
    parent: OuterCall | undefined,
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

  override settles(inner: OuterCall): boolean {
    return super.settles(inner) && inner.promise === this.promise;
  }

  override hasReturned(result: unknown): void {
    this.innerReturned(result, this.signal);
  }

  override get reportsInner(): boolean {
    return this.#handsOnResult;
  }
}
