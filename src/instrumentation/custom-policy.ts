import { applyInside, Call, isThenable, parentOf, restart } from './call.ts';
import type { PolicyInstrumentation } from './policy-instrumentation.ts';
import type { Execute, Fn } from './policy-types.ts';

/**
 * Instruments a user-defined policy inside a stack. It has no metrics; it passes the outer call to the
 * inner policies. The policy may call its function at any time, repeatedly, and may discard the result.
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
      // Work that continues after the promise settles, such as a cache refresh, does not affect the result.
      if (isThenable(promise)) parent.adopt(call);
      else call.settle(true, promise);
      return promise;
    };
  }
}

/** A call of a user-defined policy, which may discard the result of an inner policy. */
class CustomCall extends Call {
  override get reportsInner(): boolean {
    return false;
  }
}

/**
 * Runs the function of a stack that is a member of an outer stack. The function belongs to the outer
 * stack. The inner stack's innermost call reports its result and may abandon it.
 */
export class ContinuationCall extends Call {
  readonly caller: Call;
  readonly innerStack: Call;

  /**
   * @param caller the call in the inner stack that called the function
   * @param innerStack the call of the inner stack
   */
  constructor(caller: Call, innerStack: Call) {
    super(undefined, undefined, innerStack.signal);
    this.outer = innerStack.outer;
    this.stack = innerStack.outer?.stack;
    this.caller = caller;
    this.innerStack = innerStack;
  }

  override adopt(inner: Call): void {
    this.caller.adopt(inner);
  }

  override get reportsInner(): boolean {
    return this.caller.reportsInner && this.innerStack.reportsInner;
  }

  override get isAbandoned(): boolean {
    let call = this.caller;
    while (call !== this.innerStack && !call.isSettled && call.parent) call = call.parent;
    return call.isSettled;
  }
}
