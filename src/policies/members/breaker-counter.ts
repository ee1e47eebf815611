import {
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  type IBreaker,
  SamplingBreaker,
} from 'cockatiel';
import { ClockSteps } from './clock-steps.ts';
import type { CircuitBreakerSettings } from './types.ts';

/** One of cockatiel's breakers, with a method that clears its counts. */
export class BreakerCounter implements IBreaker {
  readonly #settings: CircuitBreakerSettings;
  readonly #currentState: () => CircuitState;
  readonly #clock = new ClockSteps();
  #breaker: IBreaker;

  constructor(settings: CircuitBreakerSettings, currentState: () => CircuitState) {
    this.#settings = settings;
    this.#currentState = currentState;
    this.#breaker = createBreaker(settings);
  }

  get state(): unknown {
    return this.#breaker.state;
  }

  set state(state: unknown) {
    this.#breaker.state = state;
  }

  success(state: CircuitState): void {
    if (this.#isStale(state)) return;
    this.#followClock();
    this.#breaker.success(state);
  }

  failure(state: CircuitState): boolean {
    if (this.#isStale(state)) return false;
    this.#followClock();
    return this.#breaker.failure(state);
  }

  clear(): void {
    this.#breaker = createBreaker(this.#settings);
  }

  /**
   * A SamplingBreaker counts by the wall clock. If the clock was set, its windows move by the same
   * time, through the state that cockatiel exports.
   */
  #followClock(): void {
    if (this.#settings.kind !== 'sampling') return;
    const stepMs = this.#clock.step();
    if (stepMs === 0) return;
    const state = this.#breaker.state as { readonly windows?: unknown } | undefined;
    if (!Array.isArray(state?.windows)) return;
    const windows = state.windows.map((window: { readonly startedAt: number }) => ({
      ...window,
      startedAt: window.startedAt + stepMs,
    }));
    this.#breaker.state = { ...state, windows };
  }

  /** Whether the call began before the circuit opened. It must not decide the present probe. */
  #isStale(state: CircuitState): boolean {
    return state === CircuitState.Closed && this.#currentState() !== CircuitState.Closed;
  }
}

function createBreaker(settings: CircuitBreakerSettings): IBreaker {
  const { kind, consecutiveFailures, threshold, size, minimumNumberOfCalls } = settings;
  if (kind === 'consecutive') return new ConsecutiveBreaker(consecutiveFailures);
  if (kind === 'count') return new CountBreaker({ threshold, size, minimumNumberOfCalls });
  const { duration, minimumRps } = settings;
  return new SamplingBreaker({ threshold, duration, minimumRps });
}
