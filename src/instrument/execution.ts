import { type ExecutionAggregate, OUTCOME } from '../aggregate/execution.ts';
import { answer } from './answer.ts';
import { isMarked } from './error-type.ts';
import type { Layer, Settings } from './layer.ts';
import { type AnyPolicy, type Execute, type Fn, headOf } from './policy.ts';
import { type Call, descend, enter, entered, Run } from './run.ts';

/** Counts what callers of the policy see: the outermost layer of what `instrument` was given. */
export class ExecutionLayer {
  readonly execute: Execute;
  readonly #counts: ExecutionAggregate;

  /**
   * @param original the policy's `execute`, or that of its layer if it has one of its own, which
   *   then tells the run that the function was called
   * @param before runs before every execution
   */
  constructor(
    policy: AnyPolicy,
    original: Execute,
    layer: Layer | undefined,
    settings: Settings,
    before: () => void,
  ) {
    this.#counts = settings.scope.ofExecution();
    const counts = this.#counts;
    const waiting = layer?.waiting;
    const leaf = layer !== undefined;

    this.execute = function execute(fn, ...rest) {
      if (waiting !== undefined && waiting.size > 0 && waiting.has(fn)) {
        return original.call(this, fn, ...rest);
      }
      before();
      const signal = rest[0];
      const outer = entered();
      const run = new Run(outer, headOf(policy), leaf);
      const call = new ExecutionCall(counts, run, signal);
      const claimed = outer?.claim(policy, call) ?? false;
      counts.active.add(0);
      if (settings.durations && counts.duration.wanted) call.start = performance.now();
      const user: Fn = leaf
        ? fn
        : (...args) => {
            run.called = true;
            return descend(outer, fn, args);
          };
      let answered: unknown;
      try {
        enter(run);
        answered = original.call(this, typeof fn === 'function' ? user : fn, ...rest);
      } catch (error) {
        call.end(false, error);
        throw error;
      } finally {
        enter(undefined);
      }
      return answer(answered, call, outer, claimed);
    };
  }
}

class ExecutionCall implements Call {
  start: number | undefined;
  readonly #counts: ExecutionAggregate;
  readonly #run: Run;
  readonly #signal: AbortSignal | undefined;

  constructor(counts: ExecutionAggregate, run: Run, signal: AbortSignal | undefined) {
    this.#counts = counts;
    this.#run = run;
    this.#signal = signal;
  }

  end(ok: boolean, value: unknown): void {
    const run = this.#run;
    run.outermost?.end(ok, value);
    const outcome = ok
      ? run.fellBack
        ? OUTCOME.fallback
        : OUTCOME.success
      : this.#failure(value);
    this.#counts.active.add(0, -1);
    this.#counts.outcomes.add(outcome);
    if (this.start !== undefined) {
      this.#counts.duration.record((performance.now() - this.start) / 1000, outcome);
    }
  }

  #failure(error: unknown): number {
    const { called, timedOut } = this.#run;
    const cancelled = this.#signal?.aborted ?? false;
    // Cancelled in a queue, by a timeout or by the caller, is no rejection.
    if (!called && !isMarked(error, 'isTaskCancelledError')) return OUTCOME.rejected;
    if (timedOut) return OUTCOME.timed_out;
    if (cancelled) return OUTCOME.cancelled;
    return called ? OUTCOME.failure : OUTCOME.rejected;
  }
}

