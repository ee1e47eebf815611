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
} from '../metrics/breaker-control.ts';
import { POLICIES } from '../presets/thresholds.ts';
import { BreakerCounter } from './breaker-counter.ts';
import { currentExecution, isCancelled } from './call-context.ts';
import { isRefusal } from './transient-errors.ts';
import type { CircuitBreakerSettings, Handles, HandlesResult } from './types.ts';

export interface CreatedCircuitBreaker {
  readonly policy: CircuitBreakerPolicy;
  /** Closes it, unless it is held open by hand, and forgets what was counted. Never throws. */
  readonly reset: () => void;
}

/**
 * A circuit breaker of cockatiel that can forget, and that takes no doubtful answer for proof.
 *
 * @param key which of the policies of its name it belongs to
 */
export function createCircuitBreaker(
  settings: CircuitBreakerSettings,
  handles: Handles,
  handlesResult: HandlesResult,
  key?: string,
): CreatedCircuitBreaker {
  /**
   * A call that was called off, or that this process refused itself, says nothing of the dependency.
   * It does not count. But to cockatiel an error that does not count is a success of the test call,
   * and closes the circuit; so while there is a test it fails it, and the next call is the next test.
   */
  const isInconclusive = (error: unknown) => isCancelled() || (isRefusal(error) && !handles(error));
  const counter = new BreakerCounter(settings, () => policy.state);
  /** When an open circuit lets a call try, in ms of `performance.now()`. */
  let probeAt = 0;
  const policy = circuitBreaker(
    handleWhen((error) =>
      isInconclusive(error) ? policy.state !== CircuitState.Closed : handles(error),
    ).orWhenResult(handlesResult),
    {
      breaker: counter,
      halfOpenAfter: {
        next: () =>
          openFor(
            {
              settings,
              isInconclusive,
              began(durationMs) {
                probeAt = performance.now() + durationMs;
              },
              isOver: () => performance.now() >= probeAt,
            },
            0,
          ),
      },
    },
  );
  // 3.x forgets the signal of a call that has waited for a test.
  const execute = policy.execute.bind(policy);
  policy.execute = (fn, signal = currentExecution()?.inside) => execute(fn, signal);
  // 3.x keeps the count where an error that does not count has closed the circuit.
  policy.onReset(() => counter.clear());
  const reset = () => {
    counter.clear();
    const { state } = policy;
    // The only public way to close it; an isolated one stays so, as its handles are counted.
    if (state !== CircuitState.Closed && state !== CircuitState.Isolated)
      releasePolicy(isolatePolicy(policy));
  };
  const known: BreakerMetadata = {
    key,
    failureLimit: settings.kind === 'consecutive' ? settings.failures : undefined,
    openSeconds: settings.openSeconds,
    nextProbeAt: () =>
      policy.state === CircuitState.Open
        ? Math.ceil(Date.now() + probeAt - performance.now())
        : undefined,
    forget: () => counter.clear(),
  };
  Object.defineProperty(policy, BREAKER_METADATA, { value: known });
  return { policy, reset };
}

interface Failed {
  readonly result: { readonly error: unknown } | { readonly value: unknown };
}

interface Openings {
  readonly settings: CircuitBreakerSettings;
  readonly isInconclusive: (error: unknown) => boolean;
  /** Is told of each opening for how long it is, in ms. */
  readonly began: (durationMs: number) => void;
  /** Whether that time has passed. */
  readonly isOver: () => boolean;
}

/**
 * How long it stays open after so many tests that failed.
 *
 * cockatiel compares the duration with the time that has passed by the wall clock, which may be set
 * back or forward. So its duration is endless until the time has passed by the steady clock.
 */
function openFor(openings: Openings, tests: number, again = false): IBackoff<Failed> {
  const { settings, isInconclusive, began, isOver } = openings;
  const { openSeconds, maxOpenSeconds, grows } = settings;
  const grown = openSeconds * POLICIES.breaker.growth.base ** tests;
  const seconds = grows ? Math.max(openSeconds, Math.min(grown, maxOpenSeconds)) : openSeconds;
  began(again ? 0 : seconds * 1000);
  return {
    get duration() {
      return isOver() ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    },
    next: ({ result }) =>
      'error' in result && isInconclusive(result.error)
        ? openFor(openings, tests, true)
        : openFor(openings, tests + 1),
  };
}
