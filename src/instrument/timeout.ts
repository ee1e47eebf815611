import { TIMEOUT_RESULT as RESULT, type TimeoutAggregate } from '../aggregate/timeout.ts';
import { answer } from './answer.ts';
import type { Layer, Settings } from './layer.ts';
import type { Execute, Fn, Timeout } from './policy.ts';
import { type Call, descend, entered, type Run, timedOut } from './run.ts';
import { watch } from './watch.ts';

/** Node fires a timer beyond this, or below 1 ms, after 1 ms. */
const MAX_TIMER = 2 ** 31 - 1;

export class TimeoutLayer implements Layer {
  readonly execute: Execute;
  readonly listeners: Layer['listeners'];
  readonly #counts: TimeoutAggregate;
  readonly #limit: number | undefined;
  /** Calls whose function has not settled. */
  readonly #running = new Set<TimeoutCall>();

  constructor(policy: Timeout, original: Execute, settings: Settings) {
    this.#counts = settings.scope.ofTimeout();
    this.#limit = limitOf(policy);
    this.listeners = [policy.onTimeout(() => this.#aborted())];

    const layer = this;
    this.execute = function execute(fn, signal) {
      const run = entered();
      const call = new TimeoutCall(layer, run, signal);
      if (settings.durations && layer.#counts.duration.wanted) call.start = performance.now();
      const claimed = run?.claim(policy, call) ?? false;
      const settled = () => {
        layer.#running.delete(call);
        call.verdict = call.result;
      };
      const inner: Fn = (...args) => {
        call.inside = (args[0] as { signal: AbortSignal }).signal;
        // Aborted before it began: the event was emitted before this function, which still runs.
        if (call.inside.aborted) call.result = resultOf(signal);
        else layer.#running.add(call);
        try {
          return watch(descend(run, fn, args), settled);
        } catch (error) {
          settled();
          throw error;
        }
      };
      return answer(original.call(this, inner, signal), call, run, claimed);
    };
  }

  sample(): void {
    if (this.#limit !== undefined) this.#counts.limitOf(this.#limit);
  }

  end(call: TimeoutCall, ok: boolean): void {
    this.#running.delete(call);
    this.#counts.calls.add(call.result);
    if (call.start !== undefined) {
      this.#counts.duration.record((performance.now() - call.start) / 1000);
    }
    if (call.result === RESULT.timed_out) timedOut(call.run, !ok);
  }

  /**
   * The event fires for any abort, also the caller's, and does not say of which call: it is the one
   * whose signal has become aborted. A function that had settled before has its reaction in the
   * queue of microtasks already, and with it `settled`, which then calls the verdict off.
   */
  #aborted(): void {
    for (const call of this.#running) {
      if (!call.inside?.aborted) continue;
      this.#running.delete(call);
      call.verdict = resultOf(call.signal);
      queueMicrotask(() => {
        call.result = call.verdict;
      });
      return;
    }
  }
}

/** A call that was aborted: by its caller, else by the timeout. */
function resultOf(signal: AbortSignal | undefined): number {
  return signal?.aborted ? RESULT.cancelled : RESULT.timed_out;
}

/** Seconds until the timer really fires; `duration` is private, so it may be gone one day. */
function limitOf(policy: Timeout): number | undefined {
  const { duration } = policy as { duration?: unknown };
  if (typeof duration !== 'number') return undefined;
  return (duration >= 1 && duration <= MAX_TIMER ? duration : 1) / 1000;
}

class TimeoutCall implements Call {
  result: number = RESULT.completed;
  /** What the result will be if the function has not settled by then. */
  verdict: number = RESULT.completed;
  start: number | undefined;
  /** The signal that the function was given. */
  inside: AbortSignal | undefined;
  readonly run: Run | undefined;
  /** The signal that the timeout was given. */
  readonly signal: AbortSignal | undefined;
  readonly #layer: TimeoutLayer;

  constructor(layer: TimeoutLayer, run: Run | undefined, signal: AbortSignal | undefined) {
    this.#layer = layer;
    this.run = run;
    this.signal = signal;
  }

  end(ok: boolean): void {
    this.#layer.end(this, ok);
  }
}
