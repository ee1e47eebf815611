import {
  BREAKER_METADATA,
  type BreakerControl,
  type BreakerMetadata,
  type BreakerStatus,
  isolatePolicy,
  releasePolicy,
} from '../metrics/breaker-control.ts';
import { STATE } from '../metrics/circuit-breaker.ts';
import { CIRCUIT_BREAKER_STATES, type CircuitBreakerState } from '../semconv/attributes.ts';
import { breakerOptionsOf } from './cockatiel-internals.ts';
import type { CircuitBreaker } from './policy-types.ts';

/** The state that the instrumentation observed. Times are wall-clock times in ms since 1970. */
interface ObservedState {
  readonly state: number;
  readonly changedAt: number | undefined;
  readonly openedAt: number | undefined;
  readonly lastErrorType: string | undefined;
}

/** Reads and operates one circuit breaker through its public members. */
export class CircuitBreakerControl implements BreakerControl {
  readonly #policy: CircuitBreaker & { readonly [BREAKER_METADATA]?: BreakerMetadata };
  readonly #observe: () => ObservedState;
  readonly #asOneChange: (work: () => void) => void;
  readonly #onFault: (thrown: unknown) => void;
  #handle: { dispose(): void } | undefined;

  /**
   * @param observe compares the state of the policy with the last observed state, and returns it
   * @param asOneChange runs several state changes as one
   * @param onFault receives errors of the policy's listeners; the operation completes nevertheless
   */
  constructor(
    policy: CircuitBreaker,
    observe: () => ObservedState,
    asOneChange: (work: () => void) => void,
    onFault: (thrown: unknown) => void,
  ) {
    this.#policy = policy;
    this.#observe = observe;
    this.#asOneChange = asOneChange;
    this.#onFault = onFault;
  }

  get key(): string | undefined {
    return this.#metadata?.key;
  }

  get state(): CircuitBreakerState {
    return CIRCUIT_BREAKER_STATES[this.#policy.state] as CircuitBreakerState;
  }

  get #metadata(): BreakerMetadata | undefined {
    return this.#policy[BREAKER_METADATA];
  }

  read(): BreakerStatus {
    const { state, changedAt, openedAt, lastErrorType } = this.#observe();
    const metadata = this.#metadata;
    const saved = savedOf(this.#policy);
    const options = metadata ? undefined : breakerOptionsOf(this.#policy);
    // cockatiel compares this time with the clock to decide whether a call may be a probe.
    const openedSince = state === STATE.open ? (saved.openedAt ?? changedAt) : undefined;
    const wait = options?.waitMs;
    const probeAt =
      openedSince === undefined || wait === undefined ? undefined : openedSince + wait;
    return {
      state: CIRCUIT_BREAKER_STATES[state] as CircuitBreakerState,
      since: changedAt,
      openedAt,
      nextProbeAt: metadata ? metadata.nextProbeAt() : probeAt,
      failures: saved.failures,
      failureLimit: (metadata ?? options)?.failureLimit,
      openSeconds: (metadata ?? options)?.openSeconds,
      lastErrorType,
      key: metadata?.key,
      isIsolatedByUs: this.#handle !== undefined,
      canForgetFailures: metadata !== undefined,
    };
  }

  reset(): void {
    const { state } = this.#policy;
    this.#asOneChange(() => {
      this.#metadata?.forget();
      // Disposing of a handle is the only public way to close a circuit. A circuit that is isolated
      // already has further handles and stays isolated.
      if (state === STATE.open || state === STATE.half_open) this.#release(this.#isolate());
    });
  }

  isolate(): void {
    this.#handle ??= this.#isolate();
  }

  release(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle) this.#release(handle);
  }

  #isolate(): { dispose(): void } {
    const handle = isolatePolicy(this.#policy, this.#onFault);
    // If a listener threw, later listeners were not notified.
    this.#observe();
    return handle;
  }

  #release(handle: { dispose(): void }): void {
    releasePolicy(handle, this.#onFault);
    this.#observe();
  }
}

/**
 * The state that `toJSON` of the policy returns. Only a breaker that counts consecutive failures has a
 * number as its state.
 */
export function savedOf(policy: CircuitBreaker): { failures?: number; openedAt?: number } {
  try {
    const { ownState, breakerState } = (policy.toJSON?.() ?? {}) as {
      ownState?: { openedAt?: unknown };
      breakerState?: unknown;
    };
    const openedAt = ownState?.openedAt;
    return {
      ...(typeof breakerState === 'number' && { failures: breakerState }),
      ...(typeof openedAt === 'number' && openedAt > 0 && { openedAt }),
    };
  } catch {
    // `toJSON` of a user-defined breaker may throw.
    return {};
  }
}
