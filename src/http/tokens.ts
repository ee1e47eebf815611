import { POLICIES } from '../presets/thresholds.ts';
import { DeadlineRun } from '../shared/deadline-run.ts';
import { TokenRefreshError } from './errors.ts';

/** What a refresh is for. */
export interface Refresh {
  /** Who answered 401, such as `https://api.example.com`: the token is sent there, and only there. */
  readonly origin: string;
  /** Aborted when the refresh has taken too long. */
  readonly signal: AbortSignal;
}

export type RefreshToken = (refresh: Refresh) => string | Promise<string>;

/** What is known of one origin. */
interface Known {
  token: string | undefined;
  /** Counts the refreshes that returned a token. */
  version: number;
  running: Promise<string> | undefined;
  /** The token was refused although no newer one is known. */
  isRefused: boolean;
  /** Refreshes in a row that failed, or whose token was refused. */
  failures: number;
  /** Before that there is no refresh, in ms of `performance.now()`. */
  pausedUntil: number;
  /** Why the last refresh returned no token. */
  cause: unknown;
}

/** The pause after a refresh that failed or did not help; it grows with each in a row. */
const { firstWaitSeconds, base, maxWaitSeconds } = POLICIES.retry.reconnect;

/** More are other people's: an origin that is forgotten costs one refresh more. */
const MOST_ORIGINS = 100;

/** The tokens of one client. Those who need a new one at the same time share one refresh. */
export class Tokens {
  readonly #name: string;
  readonly #refresh: RefreshToken;
  readonly #seconds: number;
  readonly #origins = new Map<string, Known>();

  constructor(name: string, refresh: RefreshToken, seconds: number) {
    this.#name = name;
    this.#refresh = refresh;
    this.#seconds = seconds;
  }

  /** The token of the last refresh, and which one that was. */
  current(origin: string): { readonly token: string | undefined; readonly version: number } {
    return this.#of(origin);
  }

  /**
   * Whether there is a token that is newer than the one that was refused: that of another caller, or
   * that of a refresh. A refresh that failed, or whose token was refused, is followed by a pause, so
   * that the issuer of tokens does not get a request for each call.
   *
   * @returns `false` in a pause after a token that was refused: the 401 is the answer
   * @throws TokenRefreshError for all callers that waited for a refresh that failed, and in the pause
   *   after it
   */
  async hasNewerThan(origin: string, version: number): Promise<boolean> {
    const known = this.#of(origin);
    if (known.version > version && !known.isRefused) return true;
    const pauseMs = known.pausedUntil - performance.now();
    if (known.running === undefined && pauseMs > 0) {
      if (known.isRefused) return false;
      throw new TokenRefreshError(this.#name, origin, known.cause, pauseMs / 1000);
    }
    known.running ??= this.#run(origin, known).finally(() => {
      known.running = undefined;
    });
    await known.running;
    return true;
  }

  /** The origin has accepted a token. */
  accepted(origin: string, version: number): void {
    const known = this.#of(origin);
    if (known.version !== version || known.failures === 0) return;
    known.failures = 0;
    known.pausedUntil = Math.min(known.pausedUntil, performance.now() + firstWaitSeconds * 1000);
  }

  /** The origin has refused a token that should be good: a refresh did not help. */
  refused(origin: string, version: number): void {
    const known = this.#of(origin);
    // Callers that shared the refresh are refused together.
    if (known.version !== version || known.isRefused) return;
    known.isRefused = true;
    pause(known);
  }

  async #run(origin: string, known: Known): Promise<string> {
    const run = new DeadlineRun<unknown>((signal) => this.#refresh({ origin, signal }), {
      timeout: this.#seconds * 1000,
      createTimeoutError: () => new Error(`the refresh took longer than ${this.#seconds} s`),
    });
    const result = await run.result;
    try {
      if (result.status !== 'fulfilled') throw result.error;
      const token = result.value;
      if (typeof token !== 'string' || token === '') {
        throw new TypeError('Expected `options.refreshToken` to return a non-empty string');
      }
      if (!isSendable(token)) {
        throw new TypeError('Expected `options.refreshToken` to return what a header can have');
      }
      known.token = token;
      known.version++;
      known.isRefused = false;
      return token;
    } catch (error) {
      known.isRefused = false;
      known.cause = error;
      pause(known);
      throw new TokenRefreshError(this.#name, origin, error);
    }
  }

  #of(origin: string): Known {
    let known = this.#origins.get(origin);
    if (known === undefined) {
      known = {
        token: undefined,
        version: 0,
        running: undefined,
        isRefused: false,
        failures: 0,
        pausedUntil: 0,
        cause: undefined,
      };
      this.#origins.set(origin, known);
      const [oldest] = this.#origins.keys();
      if (this.#origins.size > MOST_ORIGINS && oldest !== undefined) this.#origins.delete(oldest);
    }
    return known;
  }
}

function pause(known: Known): void {
  const seconds = Math.min(firstWaitSeconds * base ** known.failures++, maxWaitSeconds);
  known.pausedUntil = performance.now() + seconds * 1000;
}

/** Once kept, a token that can't be sent would fail every call. What is said of it must not show it. */
function isSendable(token: string): boolean {
  try {
    new Headers({ authorization: `Bearer ${token}` });
    return true;
  } catch {
    return false;
  }
}
