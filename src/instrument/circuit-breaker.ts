import { heldNames } from '../aggregate/breaker-control.ts';
import { changes } from '../aggregate/changes.ts';
import {
  type CircuitBreakerAggregate,
  CIRCUIT_BREAKER_RESULT as RESULT,
  STATE,
} from '../aggregate/circuit-breaker.ts';
import { CIRCUIT_BREAKER_STATES, type CircuitBreakerState } from '../semconv/attributes.ts';
import { Announced, type Inner } from './announced.ts';
import { answer } from './answer.ts';
import { Control, savedOf } from './breaker-control.ts';
import { Call, enter, entered, leave } from './call.ts';
import { isMarked } from './error-type.ts';
import type { Executions } from './execution.ts';
import { onHandledFailure } from './failures.ts';
import { LastError } from './last-error.ts';
import { callWith, type Layer, ListeningLayer, type Settings } from './layer.ts';
import type { AsyncExecute, CircuitBreaker, Execute, Fn } from './policy.ts';

export class CircuitBreakerLayer extends ListeningLayer {
  readonly execute: Execute;
  readonly listeners: Layer['listeners'];
  readonly control: Control;
  readonly #policy: CircuitBreaker;
  readonly #counts: CircuitBreakerAggregate;
  readonly #settings: Settings;
  readonly #executions: Executions | undefined;
  /** Functions that wait for a test call: the breaker re-enters `execute` with them. */
  #waiting: Set<Fn> | undefined;
  /** The function just given to the breaker: 4.x re-enters with it at once if a listener isolates. */
  #starting: Fn | undefined;
  readonly #failures = new Announced();
  #state: number;
  /** Until when the time in the state is counted, in ms of `performance.now()`. */
  #since = performance.now();
  /** When it came into the state, by the wall clock; of one that came open, as it was saved. */
  #changedAt: number | undefined;
  /** When the circuit first left closed, by the wall clock; the same. */
  #openedAt: number | undefined;
  /** In ms of `performance.now()`, by which the recovery is timed; not known of one that came open. */
  #brokenAt: number | undefined;
  readonly #lastError: LastError;
  #muted = false;

  constructor(policy: CircuitBreaker, original: AsyncExecute, settings: Settings) {
    super();
    this.#policy = policy;
    this.#counts = settings.scope.ofCircuitBreaker();
    this.#settings = settings;
    this.#lastError = new LastError(settings);
    const { executions } = settings;
    this.#executions = executions;
    // Read, not assumed: a hydrated breaker may be open from its birth, without an event.
    this.#state = policy.state;
    if (this.#state === STATE.open) {
      this.#changedAt = savedOf(policy).openedAt;
      this.#openedAt = this.#changedAt;
    }
    this.control = new Control(
      policy,
      () => {
        this.#observe();
        return {
          state: this.#state,
          changedAt: this.#changedAt,
          openedAt: this.#openedAt,
          lastErrorType: this.#lastError.type,
        };
      },
      (work) => this.#asOne(work),
      (fault) => settings.scope.fault(fault),
    );
    this.listeners = [
      onHandledFailure(policy, (reason) => {
        // Without a call in flight it is the failure of one that began before we were here.
        if (this.open === 0) return;
        this.#failures.add(reason);
        this.#lastError.announce(reason);
      }),
      // Skipped when a listener of the user's throws before; the end of the call sees it then.
      policy.onStateChange(() => this.#observe()),
    ];
    if (heldNames.has(settings.scope.name)) this.#hold();

    const layer = this;
    this.execute = function execute(fn, signal) {
      if (fn === layer.#starting || layer.#waiting?.has(fn)) {
        return original.call(this, fn, signal);
      }
      const stack = entered();
      const call = new CircuitBreakerCall(layer, stack, signal);
      const told = stack?.answersFor(policy, call);
      executions?.begin(call);
      layer.open++;
      const inner: Fn = (context, second) => {
        call.called = true;
        enter(stack);
        try {
          call.gave = callWith(fn, context, second);
          return call.gave;
        } catch (error) {
          call.threw = true;
          call.gave = error;
          throw error;
        } finally {
          leave();
        }
      };
      layer.#starting = inner;
      const answered = original.call(this, inner, signal);
      layer.#starting = undefined;
      if (!call.called) layer.#wait(inner);
      call.inner = inner;
      return told ? answered : answer(answered, call);
    };
  }

  /** A breaker of the user's own may not let itself be held; it is instrumented all the same. */
  #hold(): void {
    try {
      this.control.hold();
    } catch (fault) {
      this.#settings.scope.fault(fault);
    }
  }

  #wait(inner: Fn): void {
    this.#waiting ??= new Set();
    this.#waiting.add(inner);
  }

  sample(): void {
    this.#observe();
    const now = performance.now();
    this.#pass(now);
    this.#counts.state.add(this.#state);
  }

  end(call: CircuitBreakerCall, ok: boolean, value: unknown): void {
    this.#observe();
    if (!call.called) {
      this.#waiting?.delete(call.inner as Fn);
      // The function never ran, so the error is the breaker's own.
      this.#left(isMarked(value, 'isTaskCancelledError') ? RESULT.cancelled : RESULT.rejected);
    } else if (this.#failures.none) {
      this.#left(ok ? RESULT.success : RESULT.ignored);
    } else {
      this.#failures.decide(ok, value, call, (failure) => {
        if (failure) this.#lastError.count(failure);
        this.#left(failure ? RESULT.failure : ok ? RESULT.success : RESULT.ignored);
      });
    }
    this.#executions?.end(call, ok, value);
  }

  #left(result: number): void {
    this.#counts.calls.add(result);
    if (this.closed()) this.#failures.clear();
  }

  /** Compares the state with the last one seen; the state is the truth, events are the occasion. */
  #observe(): void {
    const next = this.#policy.state;
    const previous = this.#state;
    if (next === previous) return;
    const now = performance.now();
    this.#pass(now);
    this.#state = next;
    this.#changedAt = Date.now();
    this.#counts.moved(previous, next);
    if (previous === STATE.closed) this.#opened(this.#changedAt, now);
    let recovered: number | undefined;
    if (next === STATE.closed && this.#brokenAt !== undefined) {
      recovered = (now - this.#brokenAt) / 1000;
      if (this.#settings.durations) this.#counts.recovery.record(recovered);
    }
    // Held open by hand: what ends then is no recovery.
    if (next === STATE.closed || next === STATE.isolated) this.#opened(undefined, undefined);
    if (changes.heard && !this.#muted) this.#tell(previous, recovered);
  }

  #opened(at: number | undefined, now: number | undefined): void {
    this.#openedAt = at;
    this.#brokenAt = now;
  }

  /** A reset goes by way of isolated; who listens hears of where it began and ended. */
  #asOne(work: () => void): void {
    this.#observe();
    const previous = this.#state;
    this.#muted = true;
    try {
      work();
    } finally {
      this.#muted = false;
      if (changes.heard && this.#state !== previous) this.#tell(previous, undefined);
    }
  }

  #tell(previous: number, recoverySeconds: number | undefined): void {
    const { scope } = this.#settings;
    try {
      changes.tell({
        name: scope.name,
        key: this.control.key,
        previous: CIRCUIT_BREAKER_STATES[previous] as CircuitBreakerState,
        state: CIRCUIT_BREAKER_STATES[this.#state] as CircuitBreakerState,
        at: this.#changedAt ?? Date.now(),
        lastErrorType: this.#lastError.type,
        recoverySeconds,
      });
    } catch (fault) {
      scope.fault(fault);
    }
  }

  #pass(now: number): void {
    this.#counts.time.add(this.#state, Math.max(0, now - this.#since) / 1000);
    this.#since = now;
  }
}

class CircuitBreakerCall extends Call implements Inner {
  readonly layer: CircuitBreakerLayer;
  gave: unknown;
  threw: boolean;
  inner: Fn | undefined;

  constructor(
    layer: CircuitBreakerLayer,
    stack: Call | undefined,
    signal: AbortSignal | undefined,
  ) {
    super(stack, signal);
    this.layer = layer;
    this.gave = undefined;
    this.threw = false;
    this.inner = undefined;
  }

  end(ok: boolean, value: unknown): void {
    this.layer.end(this, ok, value);
  }
}
