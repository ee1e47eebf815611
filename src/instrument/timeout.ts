import { TIMEOUT_RESULT as RESULT, type TimeoutAggregate } from '../aggregate/timeout.ts';
import { answer } from './answer.ts';
import { Call, enter, entered, leave, timedOut } from './call.ts';
import type { Executions } from './execution.ts';
import { callWith, type Layer, type Settings } from './layer.ts';
import type { AsyncExecute, Execute, Fn, Timeout } from './policy.ts';
import { type Watcher, watch } from './watch.ts';

/** Node fires a timer beyond this, or below 1 ms, after 1 ms. */
const MAX_TIMER = 2 ** 31 - 1;

export class TimeoutLayer implements Layer {
  readonly execute: Execute;
  readonly listeners: Layer['listeners'];
  readonly #counts: TimeoutAggregate;
  readonly #executions: Executions | undefined;
  readonly #limit: number | undefined;
  /** Calls whose function has not settled, the oldest first. */
  readonly #running = new Running();

  constructor(policy: Timeout, original: AsyncExecute, settings: Settings) {
    this.#counts = settings.scope.ofTimeout();
    const { executions } = settings;
    this.#executions = executions;
    this.#limit = limitOf(policy);
    this.listeners = [policy.onTimeout(() => this.#aborted())];

    const layer = this;
    this.execute = function execute(fn, signal) {
      const stack = entered();
      const call = new TimeoutCall(layer, stack, signal);
      const told = stack?.answersFor(policy, call);
      executions?.begin(call);
      if (call.start < 0 && settings.durations && layer.#counts.duration.wanted) {
        call.start = performance.now();
      }
      const settled = () => {
        layer.#stopped(call);
        call.verdict = call.result;
      };
      const inner: Fn = (context, second) => {
        call.called = true;
        call.inside = (context as { signal: AbortSignal }).signal;
        // Aborted before it began: the event was emitted before this function, which still runs.
        if (call.inside.aborted) call.verdict = call.result = resultOf(signal);
        else layer.#running.add(call);
        // An attempt that this timeout gives up may go on, and must not be taken for the next one.
        enter(stack && call);
        try {
          return watch(callWith(fn, context, second), settled, call);
        } catch (error) {
          call.settles();
          settled();
          throw error;
        } finally {
          leave();
        }
      };
      const answered = original.call(this, inner, signal);
      return told ? answered : answer(answered, call);
    };
  }

  sample(): void {
    if (this.#limit !== undefined) this.#counts.limitOf(this.#limit);
  }

  end(call: TimeoutCall, ok: boolean, value: unknown): void {
    // Aborted before it began, where a listener of the user's threw: the function was not called.
    if (!call.called) call.result = resultOf(call.signal);
    this.#stopped(call);
    this.#counts.calls.add(call.result);
    if (call.start >= 0) this.#counts.duration.record((performance.now() - call.start) / 1000);
    // What policies inside have done is a matter of the stack, which was told on the way.
    call.fellBack = false;
    call.timedOut = false;
    if (call.result === RESULT.timed_out) timedOut(call, !ok);
    call.ended = true;
    this.#executions?.end(call, ok, value);
  }

  #stopped(call: TimeoutCall): void {
    if (!call.running) return;
    this.#running.delete(call);
    // No event has told of this abort: a listener of the user's threw, or ours were taken off.
    if (call.inside?.aborted) call.result = resultOf(call.signal);
  }

  /**
   * The event fires for any abort, also the caller's, and does not say of which call: it is the one
   * whose signal has become aborted. A function that had settled before has its reaction in the
   * queue of microtasks already, and with it `settled`, which then calls the verdict off.
   */
  #aborted(): void {
    const call = this.#running.find((each) => each.inside?.aborted === true);
    if (call === undefined) return;
    this.#running.delete(call);
    call.verdict = resultOf(call.signal);
    queueMicrotask(() => {
      call.result = call.verdict;
    });
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

class TimeoutCall extends Call implements Watcher {
  readonly layer: TimeoutLayer;
  result: number;
  /** What the result will be if the function has not settled by then. */
  verdict: number;
  /** The signal that the function was given. */
  inside: AbortSignal | undefined;
  older: TimeoutCall | undefined;
  younger: TimeoutCall | undefined;
  running: boolean;

  constructor(layer: TimeoutLayer, stack: Call | undefined, signal: AbortSignal | undefined) {
    super(stack, signal);
    this.layer = layer;
    this.result = RESULT.completed;
    this.verdict = RESULT.completed;
    this.inside = undefined;
    this.older = undefined;
    this.younger = undefined;
    this.running = false;
  }

  /** An abort that came before was not too late. */
  settles(): void {
    this.result = this.verdict;
  }

  end(ok: boolean, value: unknown): void {
    this.layer.end(this, ok, value);
  }
}

/** A list of calls in the order they began; linked through the calls, as a `Set` would cost more. */
class Running {
  #oldest: TimeoutCall | undefined;
  #youngest: TimeoutCall | undefined;

  add(call: TimeoutCall): void {
    call.running = true;
    call.older = this.#youngest;
    if (this.#youngest) this.#youngest.younger = call;
    else this.#oldest = call;
    this.#youngest = call;
  }

  delete(call: TimeoutCall): void {
    if (!call.running) return;
    call.running = false;
    if (call.older) call.older.younger = call.younger;
    else this.#oldest = call.younger;
    if (call.younger) call.younger.older = call.older;
    else this.#youngest = call.older;
    call.older = undefined;
    call.younger = undefined;
  }

  find(wanted: (call: TimeoutCall) => boolean): TimeoutCall | undefined {
    for (let each = this.#oldest; each !== undefined; each = each.younger) {
      if (wanted(each)) return each;
    }
    return undefined;
  }
}
