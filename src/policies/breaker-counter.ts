import {
  CircuitState,
  ConsecutiveBreaker,
  CountBreaker,
  type IBreaker,
  SamplingBreaker,
} from 'cockatiel';
import { ClockSteps } from './clock-steps.ts';
import type { CircuitBreakerSettings } from './types.ts';

/** What one of cockatiel's counts, with a way to begin anew. */
export class BreakerCounter implements IBreaker {
  readonly #settings: CircuitBreakerSettings;
  readonly #live: () => CircuitState;
  #counting: IBreaker;

  readonly #clock = new ClockSteps();

  constructor(settings: CircuitBreakerSettings, live: () => CircuitState) {
    this.#settings = settings;
    this.#live = live;
    this.#counting = countingOf(settings);
  }

  get state(): unknown {
    return this.#counting.state;
  }

  set state(state: unknown) {
    this.#counting.state = state;
  }

  success(state: CircuitState): void {
    if (this.#isStale(state)) return;
    this.#followClock();
    this.#counting.success(state);
  }

  failure(state: CircuitState): boolean {
    if (this.#isStale(state)) return false;
    this.#followClock();
    return this.#counting.failure(state);
  }

  /**
   * A SamplingBreaker counts by the wall clock. Where that was set, its windows are moved along, by
   * the state that it is saved with.
   */
  #followClock(): void {
    if (this.#settings.kind !== 'sampling') return;
    const stepMs = this.#clock.step();
    if (stepMs === 0) return;
    const state = this.#counting.state as { readonly windows?: unknown } | undefined;
    if (!Array.isArray(state?.windows)) return;
    const windows = state.windows.map((window: { readonly startedAt: number }) => ({
      ...window,
      startedAt: window.startedAt + stepMs,
    }));
    this.#counting.state = { ...state, windows };
  }

  clear(): void {
    this.#counting = countingOf(this.#settings);
  }

  /** Of a call from before the circuit opened: it must not decide the test that is under way. */
  #isStale(state: CircuitState): boolean {
    return state === CircuitState.Closed && this.#live() !== CircuitState.Closed;
  }
}

function countingOf(settings: CircuitBreakerSettings): IBreaker {
  const { kind, failures, ratio, size, minimumCalls, windowSeconds } = settings;
  if (kind === 'consecutive') return new ConsecutiveBreaker(failures);
  if (kind === 'count') {
    return new CountBreaker({ threshold: ratio, size, minimumNumberOfCalls: minimumCalls });
  }
  return new SamplingBreaker({
    threshold: ratio,
    duration: windowSeconds * 1000,
    minimumRps: settings.minimumCallsPerSecond,
  });
}
