import { isolatedNames } from '../metrics/breaker-control.ts';
import {
  type CircuitBreakerMetrics,
  CIRCUIT_BREAKER_RESULT as RESULT,
  STATE,
} from '../metrics/circuit-breaker.ts';
import { stateChanges } from '../metrics/state-changes.ts';
import { CIRCUIT_BREAKER_STATES, type CircuitBreakerState } from '../semconv/attributes.ts';
import { CircuitBreakerControl, savedOf } from './breaker-control.ts';
import { Call, functionOf, markHandled, parentOf } from './call.ts';
import { type InvocationObserver, tapEmitter } from './cockatiel-internals.ts';
import { isMarked } from './error-type.ts';
import { patchOf } from './execute-patch.ts';
import type { Executions } from './executions.ts';
import { runAndObserve } from './observe-result.ts';
import {
  ExecutorInstrumentation,
  type InstrumentationSettings,
  typeOf,
} from './policy-instrumentation.ts';
import type { CircuitBreaker, Execute, FailureReason, Fn } from './policy-types.ts';
import { type ShortCall, shortOuterOf } from './short-call.ts';

/** A state change emits one of the first three events, and then `stateChange`. */
const EMITTERS = ['breakEmitter', 'resetEmitter', 'halfOpenEmitter', 'stateChangeEmitter'] as const;

export class CircuitBreakerInstrumentation extends ExecutorInstrumentation {
  readonly execute: Execute;
  readonly control: CircuitBreakerControl;
  readonly #policy: CircuitBreaker;
  readonly #counts: CircuitBreakerMetrics;
  readonly #settings: InstrumentationSettings;
  readonly #executions: Executions | undefined;
  /** Calls that wait for a probe, by function: the breaker calls `execute` again with the function. */
  readonly #waiting = new Map<Fn, CircuitBreakerCall>();
  /** Function of the running `execute`: 4.x calls `execute` with it again if a listener isolates. */
  #starting: Fn | undefined;
  readonly #events: { dispose(): void }[];
  #state: number;
  /** Wall-clock time of the last state change; for a breaker hydrated open, its saved time. */
  #changedAt: number | undefined;
  /** Wall-clock time when the circuit left closed; for a breaker hydrated open, its saved time. */
  #openedAt: number | undefined;
  /**
   * When the circuit left closed, in ms of `performance.now()`, for the recovery duration. Unknown for
   * a breaker that was hydrated open.
   */
  #brokenAt: number | undefined;
  /**
   * When the circuit left closed, in ms of `performance.now()`, for the downtime. For a breaker that
   * was hydrated open, derived from its saved time.
   */
  #downSince: number | undefined;
  #lastErrorType: string | undefined;
  #isMuted = false;

  constructor(policy: CircuitBreaker, original: Execute, settings: InstrumentationSettings) {
    super(policy);
    this.#policy = policy;
    this.#counts = settings.metrics.circuitBreakerMetrics();
    this.#settings = settings;
    const { executions } = settings;
    this.#executions = executions;
    // A hydrated breaker may be open from the start, without an event.
    this.#state = policy.state;
    if (this.#state === STATE.open) {
      this.#changedAt = savedOf(policy).openedAt;
      this.#openedAt = this.#changedAt;
    }
    if (isDown(this.#state)) {
      const downMs = this.#openedAt === undefined ? 0 : Date.now() - this.#openedAt;
      this.#downSince = performance.now() - Math.max(0, downMs);
    }
    this.control = new CircuitBreakerControl(
      policy,
      () => {
        this.#observe();
        return {
          state: this.#state,
          changedAt: this.#changedAt,
          openedAt: this.#openedAt,
          lastErrorType: this.#lastErrorType,
        };
      },
      (work) => this.#asOneChange(work),
      (fault) => settings.metrics.fault(fault),
    );
    const observe = () => this.#observe();
    const emitters = EMITTERS.map((emitter) => tapEmitter(policy, emitter, observe));
    this.#events = emitters.filter((emitter) => emitter !== undefined);
    if (!emitters[3]) this.#events.push(policy.onStateChange(observe));
    if (isolatedNames.has(settings.metrics.name)) this.#isolate();

    const instrumentation = this;
    const execute: Execute = function execute(this: unknown, fn, signal, ...rest) {
      const outer = policy.state === STATE.closed ? shortOuterOf(policy) : undefined;
      if (outer) return instrumentation.runShort(outer, original, this, fn, signal);
      const starting = instrumentation.#starting;
      if (fn !== undefined && fn === starting) return original.call(this, fn, signal);
      const waiting = instrumentation.#waiting.get(fn);
      const call =
        waiting ?? new CircuitBreakerCall(instrumentation, parentOf(policy, signal), signal);
      const inner = waiting ? fn : functionOf(call, fn);
      instrumentation.#starting = inner;
      try {
        if (waiting) return original.call(this, fn, signal);
        instrumentation.callStarted();
        executions?.begin(call);
        return runAndObserve(call, original, this, inner, signal, rest);
      } finally {
        // A listener may have made another call meanwhile.
        instrumentation.#starting = starting;
        instrumentation.#keepIfWaiting(call, inner);
      }
    };
    if (!executions) this.allowShort(execute, original);
    this.execute = execute;
  }

  override succeeded(amount: 1 | -1): void {
    this.#counts.calls.add(RESULT.success, amount);
  }

  continueCall(outer: Call, { signal }: ShortCall): CircuitBreakerCall {
    return new CircuitBreakerCall(this, outer, signal);
  }

  /** Keeps a call that waits for a probe: its function was not called, and it was not rejected. */
  #keepIfWaiting(call: CircuitBreakerCall, fn: Fn): void {
    if (call.called || call.isSettled) this.#waiting.delete(fn);
    else {
      this.#waiting.set(fn, call);
      call.waiting = fn;
    }
  }

  /** Isolates the circuit. If a user-defined breaker throws, it is instrumented nevertheless. */
  #isolate(): void {
    try {
      this.control.isolate();
    } catch (fault) {
      this.#settings.metrics.fault(fault);
    }
  }

  override detach(): void {
    for (const event of this.#events) event.dispose();
    super.detach();
  }

  readState(): void {
    this.#observe();
    this.#counts.state.add(this.#state);
    const { failures, failureLimit } = this.control.read();
    if (failures !== undefined) this.#counts.reportFailures(failures, failureLimit);
    if (this.#downSince === undefined) return;
    this.#counts.reportDowntime((performance.now() - this.#downSince) / 1000);
  }

  /** The breaker counted a failure, and may open because of it. */
  failed(reason: FailureReason): void {
    this.#lastErrorType = typeOf(this.#settings, reason);
    this.#settings.metrics.errors.count('circuit_breaker', this.#lastErrorType);
  }

  settled(call: CircuitBreakerCall, ok: boolean, value: unknown): void {
    this.#observe();
    this.#counts.calls.add(this.#resultOf(call, ok, value));
    this.#executions?.end(call, ok, value);
    this.callSettled();
  }

  #resultOf(call: CircuitBreakerCall, ok: boolean, value: unknown): number {
    if (!call.called) {
      if (call.waiting) this.#waiting.delete(call.waiting);
      // The function never ran, so the error is the breaker's own.
      return isMarked(value, 'isTaskCancelledError') ? RESULT.cancelled : RESULT.rejected;
    }
    // A listener threw after the breaker had counted a success.
    if (call.result === RESULT.success && !ok) return RESULT.ignored;
    if (call.result !== undefined) return call.result;
    if (ok) return RESULT.success;
    // The breaker's filters cannot be observed, so every error counts as a failure.
    this.failed({ error: value });
    return RESULT.failure;
  }

  /** Records a state change since the last observation. Events only trigger the comparison. */
  #observe(): void {
    const next = this.#policy.state;
    const previous = this.#state;
    if (next === previous) return;
    // After `uninstrument` a call may still be in flight while another layer observes the circuit.
    if (this.isDetached && patchOf(this.#policy)) return;
    const now = performance.now();
    this.#state = next;
    this.#changedAt = Date.now();
    this.#counts.stateChanged(previous, next);
    this.#downSince = isDown(next) ? (this.#downSince ?? now) : undefined;
    if (previous === STATE.closed) this.#opened(this.#changedAt, now);
    let recovered: number | undefined;
    if (next === STATE.closed && this.#brokenAt !== undefined) {
      recovered = (now - this.#brokenAt) / 1000;
      if (this.#settings.durations) this.#counts.recovery.record(recovered);
    }
    // An isolated circuit was opened by an operator, so its end is not a recovery.
    if (next === STATE.closed || next === STATE.isolated) this.#opened(undefined, undefined);
    if (stateChanges.hasListeners && !this.#isMuted) this.#emit(previous, recovered);
  }

  #opened(at: number | undefined, now: number | undefined): void {
    this.#openedAt = at;
    this.#brokenAt = now;
  }

  /** Runs several state changes as one: listeners are notified of the first and the last state only. */
  #asOneChange(work: () => void): void {
    this.#observe();
    const previous = this.#state;
    this.#isMuted = true;
    try {
      work();
    } finally {
      this.#isMuted = false;
      if (stateChanges.hasListeners && this.#state !== previous) this.#emit(previous, undefined);
    }
  }

  #emit(previous: number, recoverySeconds: number | undefined): void {
    const { metrics } = this.#settings;
    const change = {
      name: metrics.name,
      key: this.control.key,
      previous: CIRCUIT_BREAKER_STATES[previous] as CircuitBreakerState,
      state: CIRCUIT_BREAKER_STATES[this.#state] as CircuitBreakerState,
      at: this.#changedAt ?? Date.now(),
      lastErrorType: this.#lastErrorType,
      recoverySeconds,
    };
    stateChanges.emit(change, (error) => metrics.fault(error));
  }
}

function isDown(state: number): boolean {
  return state === STATE.open || state === STATE.half_open;
}

class CircuitBreakerCall extends Call implements InvocationObserver {
  declare readonly owner: CircuitBreakerInstrumentation;
  /** The function, while the call waits for a probe. */
  waiting: Fn | undefined = undefined;
  result: number | undefined = undefined;

  override functionCalled(): boolean {
    return this.owner.observe(this);
  }

  functionSettled(ok: boolean, value: unknown, handled: boolean | undefined): void {
    this.settleInner(ok, value);
    if (!ok) markHandled(this, handled);
    if (handled) this.owner.failed(ok ? { value } : { error: value });
    this.result = handled ? RESULT.failure : ok ? RESULT.success : RESULT.ignored;
  }
}
