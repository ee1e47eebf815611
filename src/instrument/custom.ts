import type { Layer } from './layer.ts';
import type { AnyPolicy, Execute, Fn } from './policy.ts';
import { descend, entered, Run, restart } from './run.ts';

/**
 * A policy of the user's own inside a stack. It has no metrics; it only hands the run on. It may
 * call its function at any time, often, and drop what it returns.
 */
export class CustomLayer implements Layer {
  readonly execute: Execute;
  readonly listeners: Layer['listeners'] = [];

  constructor(_policy: AnyPolicy, original: Execute) {
    this.execute = function execute(fn, ...rest) {
      const run = entered();
      if (run === undefined || typeof fn !== 'function') return original.call(this, fn, ...rest);
      const inner: Fn = (...args) => {
        restart(run);
        return descend(new Run(run, undefined, false, false), fn, args);
      };
      return original.call(this, inner, ...rest);
    };
  }
}
