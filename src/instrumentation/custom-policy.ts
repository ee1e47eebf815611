import { applyInside, Call, isThenable, parentOf, restart } from './call.ts';
import type { PolicyInstrumentation } from './policy-instrumentation.ts';
import type { Execute, Fn } from './policy-types.ts';

/**
 * A policy of the user's own inside a stack. It has no metrics and only hands the stack on. It may
 * call its function at any time and more than once, and drop what that returns.
 */
export class CustomPolicyInstrumentation implements PolicyInstrumentation {
  readonly execute: Execute;

  constructor(policy: object, original: Execute) {
    this.execute = function execute(fn, signal, ...rest) {
      const parent = parentOf(policy, signal);
      if (parent === undefined || typeof fn !== 'function') {
        return original.call(this, fn, signal, ...rest);
      }
      const call = new CustomCall(undefined, parent, signal);
      const inner: Fn = (...args) => {
        restart(call);
        return applyInside(call, fn, undefined, args);
      };
      try {
        call.promise = applyInside(undefined, original as Fn, this, [inner, signal, ...rest]);
      } catch (error) {
        call.settle(false, error);
        throw error;
      }
      const { promise } = call;
      // What it leaves running, such as the refresh of a cache, no longer concerns its result.
      if (isThenable(promise)) parent.adopt(call);
      else call.settle(true, promise);
      return promise;
    };
  }
}

/** A call that may drop what a policy inside returns. */
class CustomCall extends Call {
  override get reportsInner(): boolean {
    return false;
  }
}

/**
 * What the function of a stack that is a member of another stack does. It belongs to the other stack
 * only, but the call that made it, of a member of the stack within, reports it and may give it up.
 */
export class ContinuationCall extends Call {
  readonly caller: Call;
  readonly within: Call;

  /**
   * @param caller the call in the stack within that called the function
   * @param within the call of the stack within
   */
  constructor(caller: Call, within: Call) {
    super(undefined, undefined, within.signal);
    this.parent = within.parent;
    this.stack = within.parent?.stack;
    this.caller = caller;
    this.within = within;
  }

  override adopt(inner: Call): void {
    this.caller.adopt(inner);
  }

  override get reportsInner(): boolean {
    return this.caller.reportsInner && this.within.reportsInner;
  }

  override get isAbandoned(): boolean {
    let each = this.caller;
    while (each !== this.within && !each.isSettled && each.parent) each = each.parent;
    return each.isSettled;
  }
}
