import {
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  handleWhen,
  type IBackoff,
} from 'cockatiel';
import {
  BREAKER_METADATA,
  type BreakerMetadata,
  isolatePolicy,
  releasePolicy,
} from '../../metrics/breaker-control.ts';
import { POLICIES } from '../../presets/thresholds.ts';
import { BreakerCounter } from './breaker-counter.ts';
import { currentExecution, isCancelled } from './call-context.ts';
import { isRefusal } from './transient-errors.ts';
import type { CircuitBreakerSettings, ErrorFilter, ResultFilter } from './types.ts';

export interface CreatedCircuitBreaker {
  readonly policy: CircuitBreakerPolicy;
  /** Closes the circuit, unless it is isolated, and clears its counts. Never throws. */
  readonly reset: () => void;
}

/**
 * Creates a circuit breaker of cockatiel whose counts can be cleared, and whose probes ignore
 * inconclusive results.
 *
 * @param key of the policy that the circuit breaker belongs to
 */
export function createCircuitBreaker(
  settings: CircuitBreakerSettings,
  handles: ErrorFilter,
  handlesResult: ResultFilter,
  key?: string,
): CreatedCircuitBreaker {
  /**
   * An aborted call, or one that this process rejected itself, says nothing about the dependency. It
   * does not count while the circuit is closed. To cockatiel an unhandled error is a successful probe,
   * which closes the circuit. So the error fails the probe, and the next call is the next probe.
   */
  const isInconclusive = (error: unknown) => isCancelled() || (isRefusal(error) && !handles(error));
  const counter = new BreakerCounter(settings, () => policy.state);
  /** When an open circuit allows a probe, in milliseconds of `performance.now()`. */
  let probeAt = 0;
  const schedule: ProbeSchedule = {
    settings,
    isInconclusive,
    setDelay(delay) {
      probeAt = performance.now() + delay;
    },
    isDue: () => performance.now() >= probeAt,
  };
  const policy = circuitBreaker(
    handleWhen((error) =>
      isInconclusive(error) ? policy.state !== CircuitState.Closed : handles(error),
    ).orWhenResult(handlesResult),
    { breaker: counter, halfOpenAfter: { next: () => probeBackoff(schedule, 0) } },
  );
  // cockatiel 3 does not pass the signal to a call that has waited for a probe.
  const execute = policy.execute.bind(policy);
  policy.execute = (fn, signal = currentExecution()?.inside) => execute(fn, signal);
  // cockatiel 3 keeps the count if an unhandled error has closed the circuit.
  policy.onReset(() => counter.clear());
  const reset = () => {
    counter.clear();
    const { state } = policy;
    // Releasing an isolation is the only public way to close a circuit. Another isolation stays.
    if (state !== CircuitState.Closed && state !== CircuitState.Isolated) {
      releasePolicy(isolatePolicy(policy));
    }
  };
  const metadata: BreakerMetadata = {
    key,
    failureLimit: settings.kind === 'consecutive' ? settings.consecutiveFailures : undefined,
    openSeconds: settings.halfOpenAfter / 1000,
    nextProbeAt: () =>
      policy.state === CircuitState.Open
        ? Math.ceil(Date.now() + probeAt - performance.now())
        : undefined,
    forget: () => counter.clear(),
  };
  Object.defineProperty(policy, BREAKER_METADATA, { value: metadata });
  return { policy, reset };
}

interface ProbeFailure {
  readonly result: { readonly error: unknown } | { readonly value: unknown };
}

interface ProbeSchedule {
  readonly settings: CircuitBreakerSettings;
  readonly isInconclusive: (error: unknown) => boolean;
  /** Sets the time until the next probe, in milliseconds. */
  readonly setDelay: (delay: number) => void;
  readonly isDue: () => boolean;
}

/**
 * The backoff that cockatiel asks how long the circuit stays open.
 *
 * cockatiel compares the duration with the wall clock, which can be set back or forward. So the
 * duration is infinite until the probe is due by the monotonic clock.
 */
function probeBackoff(
  schedule: ProbeSchedule,
  failedProbes: number,
  isImmediate = false,
): IBackoff<ProbeFailure> {
  const { settings, isInconclusive, setDelay, isDue } = schedule;
  const { halfOpenAfter, maxHalfOpenAfter, exponential } = settings;
  const doubled = halfOpenAfter * POLICIES.breaker.growth.base ** failedProbes;
  const delay = exponential
    ? Math.max(halfOpenAfter, Math.min(doubled, maxHalfOpenAfter))
    : halfOpenAfter;
  setDelay(isImmediate ? 0 : delay);
  return {
    get duration() {
      return isDue() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    },
    next: ({ result }) =>
      'error' in result && isInconclusive(result.error)
        ? probeBackoff(schedule, failedProbes, true)
        : probeBackoff(schedule, failedProbes + 1),
  };
}
