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
import type { CircuitBreaker } from './policy-types.ts';

/** What its layer has seen; times in ms since 1970, as they were told when it happened. */
interface Seen {
  readonly state: number;
  readonly changedAt: number | undefined;
  readonly openedAt: number | undefined;
  readonly lastErrorType: string | undefined;
}

/** Reads and steers one circuit breaker, by what cockatiel makes public. */
export class Control implements BreakerControl {
  readonly #policy: CircuitBreaker & { readonly [BREAKER_METADATA]?: BreakerMetadata };
  readonly #seen: () => Seen;
  readonly #asOne: (work: () => void) => void;
  readonly #fault: (thrown: unknown) => void;
  #handle: { dispose(): void } | undefined;

  /**
   * @param asOne does what takes more than one step, as one change
   * @param fault is told what listeners of the policy throw: what was asked for is done all the same
   */
  constructor(
    policy: CircuitBreaker,
    seen: () => Seen,
    asOne: (work: () => void) => void,
    fault: (thrown: unknown) => void,
  ) {
    this.#policy = policy;
    this.#seen = seen;
    this.#asOne = asOne;
    this.#fault = fault;
  }

  get key(): string | undefined {
    return this.#known?.key;
  }

  get state(): CircuitBreakerState {
    return CIRCUIT_BREAKER_STATES[this.#policy.state] as CircuitBreakerState;
  }

  get #known(): BreakerMetadata | undefined {
    return this.#policy[BREAKER_METADATA];
  }

  read(): BreakerStatus {
    const { state, changedAt, openedAt, lastErrorType } = this.#seen();
    const known = this.#known;
    const saved = savedOf(this.#policy);
    const configured = known ? undefined : configuredOf(this.#policy);
    // By that time cockatiel decides whether it is time for a test.
    const begun = state === STATE.open ? (saved.openedAt ?? changedAt) : undefined;
    const wait = configured?.waitMs;
    const probeAt = begun === undefined || wait === undefined ? undefined : begun + wait;
    return {
      state: CIRCUIT_BREAKER_STATES[state] as CircuitBreakerState,
      since: changedAt,
      openedAt,
      nextProbeAt: known ? known.nextProbeAt() : probeAt,
      failures: saved.failures,
      failureLimit: (known ?? configured)?.failureLimit,
      openSeconds: (known ?? configured)?.openSeconds,
      lastErrorType,
      key: known?.key,
      isIsolatedByUs: this.#handle !== undefined,
      canForgetFailures: known !== undefined,
    };
  }

  reset(): void {
    const { state } = this.#policy;
    this.#asOne(() => {
      this.#known?.forget();
      // The only public way to close it; an isolated one stays so, as its handles are counted.
      if (state === STATE.open || state === STATE.half_open) this.#release(this.#isolated());
    });
  }

  isolate(): void {
    this.#handle ??= this.#isolated();
  }

  release(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle) this.#release(handle);
  }

  #isolated(): { dispose(): void } {
    const handle = isolatePolicy(this.#policy, this.#fault);
    // Where a listener has thrown, the others have not heard of it.
    this.#seen();
    return handle;
  }

  #release(handle: { dispose(): void }): void {
    releasePolicy(handle, this.#fault);
    this.#seen();
  }
}

/**
 * What it would be saved with. A count of failures in a row is a number; other breakers keep more,
 * and of their own kind.
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
    // A breaker of the user's own may not be ready to be saved.
    return {};
  }
}

interface Configured {
  readonly failureLimit: number | undefined;
  readonly openSeconds: number | undefined;
  /** Milliseconds that it stays open this time; `undefined` where a backoff decides when it opens. */
  readonly waitMs: number | undefined;
}

/**
 * What a circuit breaker of cockatiel 3 or 4 was made with. Both keep it in private members, so each is
 * taken only in the shape that is expected, and is unknown otherwise.
 */
function configuredOf(policy: object): Configured {
  const options = memberOf(policy, 'options');
  const breaker = memberOf(options, 'breaker');
  const threshold = memberOf(breaker, 'threshold');
  // That of a breaker which keeps more than a count is a share.
  const isCount = typeof memberOf(breaker, 'state') === 'number' && Number.isInteger(threshold);
  const halfOpenAfter = milliseconds(memberOf(options, 'halfOpenAfter'));
  const backoff = memberOf(memberOf(policy, 'innerState'), 'backoff');
  return {
    failureLimit: isCount ? (threshold as number) : undefined,
    openSeconds: halfOpenAfter === undefined ? undefined : halfOpenAfter / 1000,
    waitMs: halfOpenAfter ?? milliseconds(memberOf(backoff, 'duration')),
  };
}

function milliseconds(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : undefined;
}

/** A member that there is none of, or whose getter throws, is unknown. */
function memberOf(value: unknown, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}
