import { runUncounted } from '../policies/members/call-context.ts';
import { POLICIES } from '../presets/thresholds.ts';
import { DeadlineRun } from '../shared/deadline-run.ts';
import { TokenRefreshError } from './errors.ts';

/**
 * What `refreshToken` receives.
 *
 * @example
 * const refreshToken = ({ origin, signal }: Refresh) => issuer.tokenFor(origin, { signal });
 */
export interface Refresh {
  /** The origin that answered 401, such as `https://api.example.com`; only it gets the token. */
  readonly origin: string;
  /** Aborts after `refreshTimeout`. */
  readonly signal: AbortSignal;
}

/**
 * Returns a new token for an origin.
 *
 * @example
 * const refreshToken: RefreshToken = ({ origin, signal }) => issuer.tokenFor(origin, { signal });
 */
export type RefreshToken = (refresh: Refresh) => string | Promise<string>;

interface OriginState {
  token: string | undefined;
  /** The number of refreshes that returned a token. */
  version: number;
  refresh: Promise<void> | undefined;
  /** Whether the newest token was refused. */
  isRefused: boolean;
  /** Consecutive refreshes that failed, or whose token was refused. */
  failures: number;
  /** No refresh begins before this time on the clock of `performance.now()`. */
  pausedUntil: number;
  /** The error of the last refresh that failed. */
  error: unknown;
}

/** The pauses after refreshes that failed or did not help. */
const { firstWaitSeconds, base, maxWaitSeconds } = POLICIES.retry.reconnect;

/** The oldest origin beyond this number is forgotten, which costs it one more refresh. */
const MAX_ORIGINS = 100;

/** The tokens of one client, by origin. Concurrent calls share one refresh. */
export class TokenStore {
  readonly #policyName: string;
  readonly #refreshToken: RefreshToken;
  readonly #timeout: number;
  readonly #origins = new Map<string, OriginState>();

  /** @param timeout of a refresh, in milliseconds */
  constructor(policyName: string, refreshToken: RefreshToken, timeout: number) {
    this.#policyName = policyName;
    this.#refreshToken = refreshToken;
    this.#timeout = timeout;
  }

  /** The newest token, and its version. */
  current(origin: string): { readonly token: string | undefined; readonly version: number } {
    return this.#stateOf(origin);
  }

  /**
   * Whether there is a token that is newer than the refused version: from a refresh of another call,
   * or from a new refresh. During the pause after a refresh that did not help, no refresh begins, so
   * that the issuer does not get a request per call.
   *
   * @returns `false` during the pause after a refused token: the 401 is the answer
   * @throws TokenRefreshError for all calls that waited for a failed refresh, and during the pause
   *   after it
   */
  async hasNewerThan(origin: string, version: number): Promise<boolean> {
    const state = this.#stateOf(origin);
    if (state.version > version && !state.isRefused) return true;
    const pauseMs = state.pausedUntil - performance.now();
    if (state.refresh === undefined && pauseMs > 0) {
      if (state.isRefused) return false;
      throw new TokenRefreshError(this.#policyName, origin, state.error, pauseMs);
    }
    state.refresh ??= this.#refresh(origin, state).finally(() => {
      state.refresh = undefined;
    });
    await state.refresh;
    return true;
  }

  /** Ends the pauses, as the origin accepted the newest token. */
  accepted(origin: string, version: number): void {
    const state = this.#stateOf(origin);
    if (state.version !== version || state.failures === 0) return;
    state.failures = 0;
    state.pausedUntil = Math.min(state.pausedUntil, performance.now() + firstWaitSeconds * 1000);
  }

  /** Begins a pause, as the origin refused the newest token right after its refresh. */
  refused(origin: string, version: number): void {
    const state = this.#stateOf(origin);
    // Calls that share a refresh report the refusal together; it counts once.
    if (state.version !== version || state.isRefused) return;
    state.isRefused = true;
    pause(state);
  }

  async #refresh(origin: string, state: OriginState): Promise<void> {
    const run = new DeadlineRun<unknown>(
      (signal) => runUncounted(() => this.#refreshToken({ origin, signal })),
      {
        timeout: this.#timeout,
        createTimeoutError: (timeout) => new Error(`the refresh took longer than ${timeout} ms`),
      },
    );
    const result = await run.result;
    state.isRefused = false;
    try {
      if (result.status !== 'fulfilled') throw result.error;
      assertToken(result.value);
      state.token = result.value;
      state.version++;
    } catch (error) {
      state.error = error;
      pause(state);
      throw new TokenRefreshError(this.#policyName, origin, error);
    }
  }

  #stateOf(origin: string): OriginState {
    let state = this.#origins.get(origin);
    if (state === undefined) {
      state = {
        token: undefined,
        version: 0,
        refresh: undefined,
        isRefused: false,
        failures: 0,
        pausedUntil: 0,
        error: undefined,
      };
      this.#origins.set(origin, state);
      const [oldest] = this.#origins.keys();
      if (this.#origins.size > MAX_ORIGINS && oldest !== undefined) this.#origins.delete(oldest);
    }
    return state;
  }
}

function pause(state: OriginState): void {
  const seconds = Math.min(firstWaitSeconds * base ** state.failures++, maxWaitSeconds);
  state.pausedUntil = performance.now() + seconds * 1000;
}

/**
 * A stored token that no header can contain would fail every call.
 *
 * @throws TypeError that does not show the token
 */
function assertToken(token: unknown): asserts token is string {
  if (typeof token !== 'string' || token === '') {
    throw new TypeError('Expected `options.refreshToken` to return a non-empty string');
  }
  try {
    new Headers({ authorization: `Bearer ${token}` });
  } catch {
    throw new TypeError('Expected `options.refreshToken` to return a valid header value');
  }
}
