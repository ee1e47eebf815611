import { Call, enter, entered, leave, restart } from './call.ts';
import { type Layer, NO_LISTENERS } from './layer.ts';
import type { Execute, Fn } from './policy.ts';
import { isNative, look } from './watch.ts';

/**
 * A policy of the user's own inside a stack. It has no metrics; it only hands the execution on. It
 * may call its function at any time, often, and drop what that returns.
 */
export class CustomLayer implements Layer {
  readonly execute: Execute;
  readonly listeners = NO_LISTENERS;

  constructor(original: Execute) {
    this.execute = function execute(fn, signal, ...rest) {
      const stack = entered();
      if (stack === undefined || typeof fn !== 'function') {
        return original.call(this, fn, signal, ...rest);
      }
      const call = new CustomCall(stack, signal);
      const inner: Fn = (...args) => {
        restart(call);
        enter(call);
        try {
          return fn(...args);
        } finally {
          leave();
        }
      };
      let answered: unknown;
      try {
        answered = original.call(this, inner, signal, ...rest);
      } catch (error) {
        call.end();
        throw error;
      }
      call.answers(answered);
      return answered;
    };
  }
}

/** What a policy of the user's own calls, and may call again, or drop. */
class CustomCall extends Call {
  end(): void {
    this.ended = true;
  }

  /**
   * What it leaves to its fate, such as the refresh of a cache, is no part of what it answers. Of a
   * promise that nobody may await, or that is lazy, one can't learn when it settles.
   */
  answers(answered: unknown): void {
    if (!isThenable(answered)) {
      this.end();
    } else if (isNative(answered) && this.stack?.awaits()) {
      const end = () => this.end();
      look(answered, end, end);
    }
  }

  override awaits(): boolean {
    return false;
  }
}

/** What the function of a stack within another one is called for: it is part of the other one only. */
export class OutsideCall extends Call {
  readonly caller: Call;
  readonly within: Call;

  /**
   * @param caller the call in the stack within that called the function
   * @param within that of the stack itself
   */
  constructor(caller: Call, within: Call) {
    super(within.stack, within.signal);
    this.caller = caller;
    this.within = within;
  }

  end(): void {}

  override awaits(): boolean {
    return this.caller.awaits() && this.within.awaits();
  }

  /** Any call between the two may have given up what it called. */
  override isOver(): boolean {
    let each = this.caller;
    while (each !== this.within && !each.ended && each.stack) each = each.stack;
    return each.ended;
  }
}

/** Does not read `then`, which may be a getter. */
function isThenable(value: unknown): boolean {
  const isObject = typeof value === 'object' || typeof value === 'function';
  return isObject && value !== null && 'then' in value;
}
