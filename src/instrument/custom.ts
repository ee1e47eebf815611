import { Call, enter, entered, leave, restart } from './call.ts';
import { type Layer, NO_LISTENERS } from './layer.ts';
import type { Execute, Fn } from './policy.ts';

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
      return original.call(this, inner, signal, ...rest);
    };
  }
}

/** What a policy of the user's own calls, and may call again, or drop. */
export class CustomCall extends Call {
  end(): void {}

  override awaits(): boolean {
    return false;
  }
}
