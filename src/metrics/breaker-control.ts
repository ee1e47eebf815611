import type { CircuitBreakerState } from '../semconv/attributes.ts';
import { processWide } from '../shared/process-wide.ts';

/** The present status of one circuit breaker; `undefined` means unknown. */
export interface BreakerStatus {
  readonly state: CircuitBreakerState;
  /** When it entered the state, in milliseconds since 1970. */
  readonly since: number | undefined;
  /** When it left closed, in milliseconds since 1970; failed probes do not change it. `undefined` while closed. */
  readonly openedAt: number | undefined;
  /** When an open circuit allows a probe, in milliseconds since 1970. */
  readonly nextProbeAt: number | undefined;
  /** Consecutive failures. */
  readonly failures: number | undefined;
  /** Consecutive failures that open the circuit. */
  readonly failureLimit: number | undefined;
  /** Seconds until the first probe. */
  readonly openSeconds: number | undefined;
  /** The error type of the last failure that it counted. */
  readonly lastErrorType: string | undefined;
  /** The key of its policy, if it has one. */
  readonly key: string | undefined;
  /** Whether `BreakerControl.isolate` isolates it. Code of the service may isolate it too. */
  readonly isIsolatedByUs: boolean;
  /** Whether a reset clears its count of failures. */
  readonly canForgetFailures: boolean;
}

/** Operations on one circuit breaker. */
export interface BreakerControl {
  /** The state alone, which costs less than `read`. */
  readonly state: CircuitBreakerState;
  read(): BreakerStatus;
  /** Closes the circuit, unless it is isolated, and clears its count if possible. */
  reset(): void;
  /** Isolates the circuit, until `release` or until the policy is uninstrumented. */
  isolate(): void;
  /** Ends the isolation by `isolate`. */
  release(): void;
}

interface Handle {
  dispose(): void;
}

/**
 * Isolates a circuit breaker even if its listeners throw. If a listener throws, cockatiel isolates the
 * circuit, but returns no handle and does not count the isolation.
 *
 * @param onError receives the error of a listener
 */
export function isolatePolicy(
  policy: { isolate(): Handle },
  onError: (error: unknown) => void = () => {},
): Handle {
  try {
    return policy.isolate();
  } catch (error) {
    // The circuit is isolated now, so this call runs no listeners and is counted.
    const handle = policy.isolate();
    onError(error);
    return handle;
  }
}

/** Ends an isolation even if listeners throw. */
export function releasePolicy(handle: Handle, onError: (error: unknown) => void = () => {}): void {
  try {
    handle.dispose();
  } catch (error) {
    onError(error);
  }
}

/** What a circuit breaker of `cockatiel-otel/policies` provides besides cockatiel's public members. */
export interface BreakerMetadata {
  readonly key: string | undefined;
  readonly failureLimit: number | undefined;
  readonly openSeconds: number;
  /** When an open circuit allows a probe, in milliseconds since 1970; `undefined` if it is not open. */
  readonly nextProbeAt: () => number | undefined;
  /** Clears its count. */
  readonly forget: () => void;
}

/** The property of a circuit breaker with its metadata. */
export const BREAKER_METADATA = Symbol.for('cockatiel-otel.circuit_breaker');

const names = processWide('isolated-names', () => new Set<string>());

/** Whether routes of this process allow operations on circuit breakers. */
export const administrationRoutes = processWide('administrators', () => ({ isAvailable: false }));

/** Names whose circuit breakers an operator has isolated, including those that are created later. */
export const isolatedNames = {
  has: (name: string): boolean => names.has(name),
  all: (): readonly string[] => [...names],
  add: (name: string): void => void names.add(name),
  delete: (name: string): void => void names.delete(name),
};
