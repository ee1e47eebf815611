import type { CircuitBreakerState } from '../semconv/attributes.ts';
import { processWide } from '../shared/process-wide.ts';

/** What is known of one circuit breaker now; `undefined` is what can't be known of it. */
export interface BreakerStatus {
  readonly state: CircuitBreakerState;
  /** When it came into that state, in ms since 1970. */
  readonly since: number | undefined;
  /** When it left closed, failed tests included, in ms since 1970; `undefined` while it is closed. */
  readonly openedAt: number | undefined;
  /** When an open one lets the next call try, in ms since 1970. */
  readonly nextProbeAt: number | undefined;
  /** Calls in a row that failed. */
  readonly failures: number | undefined;
  /** Of so many it opens. */
  readonly failureLimit: number | undefined;
  /** How long it stays open, before it grows. */
  readonly openSeconds: number | undefined;
  /** Of the last failure that it counted. */
  readonly lastErrorType: string | undefined;
  /** Which of the policies of a name it is, where they have keys. */
  readonly key: string | undefined;
  /** Whether it is held open by `hold`; others may do so as well. */
  readonly isIsolatedByUs: boolean;
  /** Whether a reset clears its count of failures. */
  readonly canForgetFailures: boolean;
}

/** One circuit breaker, in the hands of who looks after the process. */
export interface BreakerControl {
  /** That of `read`, for a fraction of its price. */
  readonly state: CircuitBreakerState;
  read(): BreakerStatus;
  /** Closes it, unless it is held open, and makes it forget its count where it can. */
  reset(): void;
  /** Holds it open; does nothing if it does so already. It is let go at the latest with its layer. */
  isolate(): void;
  /** Undoes `hold`. */
  release(): void;
}

interface Handle {
  dispose(): void;
}

/**
 * Isolates a circuit breaker, whatever its listeners throw. cockatiel counts who holds one only when
 * they have heard of it; if one of them throws, it is isolated, but nobody has a handle to end that.
 *
 * @param fault is told what a listener throws
 */
export function isolatePolicy(
  policy: { isolate(): Handle },
  fault: (thrown: unknown) => void = () => {},
): Handle {
  try {
    return policy.isolate();
  } catch (thrown) {
    // It is isolated by now: this tells no listener, and counts.
    const handle = policy.isolate();
    fault(thrown);
    return handle;
  }
}

/** Lets go what `isolated` holds; it is free before its listeners hear of it. */
export function releasePolicy(handle: Handle, fault: (thrown: unknown) => void = () => {}): void {
  try {
    handle.dispose();
  } catch (thrown) {
    fault(thrown);
  }
}

/** What a circuit breaker tells of itself that no public member of cockatiel's does. */
export interface BreakerMetadata {
  readonly key: string | undefined;
  readonly failureLimit: number | undefined;
  readonly openSeconds: number;
  /** When it lets the next call try, in ms since 1970; `undefined` where it is not open. */
  readonly nextProbeAt: () => number | undefined;
  /** Begins its count anew. */
  readonly forget: () => void;
}

/** Where a circuit breaker tells it, if it is one that was made here. */
export const BREAKER_METADATA = Symbol.for('cockatiel-otel.circuit_breaker');

const held = processWide('held-names', () => new Set<string>());

/** Whether routes of this process let people administer circuit breakers. */
export const administrationRoutes = processWide('administrators', () => ({ isAvailable: false }));

/** Names whose circuit breakers are held open by hand, also those that come later. */
export const isolatedNames = {
  has: (name: string): boolean => held.has(name),
  all: (): readonly string[] => [...held],
  add: (name: string): void => void held.add(name),
  delete: (name: string): void => void held.delete(name),
};
