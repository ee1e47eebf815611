import { TokenRefreshError } from './errors.ts';

/** What a refresh is for. */
export interface Refresh {
  /** Who answered 401, such as `https://api.example.com`: the token is sent there, and only there. */
  readonly origin: string;
  /** Aborted when the refresh has taken too long. */
  readonly signal: AbortSignal;
}

export type RefreshToken = (refresh: Refresh) => string | Promise<string>;

/** What is known of one origin; `version` counts its refreshes. */
interface Known {
  token: string | undefined;
  version: number;
  running: Promise<string> | undefined;
}

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
   * A token that is newer than the one that was refused: another caller's, if he refreshed it in
   * the meantime.
   *
   * @throws TokenRefreshError for every caller who waited for it; the next one begins a new refresh
   */
  async newerThan(origin: string, version: number): Promise<string> {
    const known = this.#of(origin);
    if (known.version > version && known.token !== undefined) return known.token;
    known.running ??= this.#run(origin, known).finally(() => {
      known.running = undefined;
    });
    return known.running;
  }

  async #run(origin: string, known: Known): Promise<string> {
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          const error = new Error(`the refresh took longer than ${this.#seconds} s`);
          controller.abort(error);
          reject(error);
        }, this.#seconds * 1000);
      });
      const refreshed = async () => this.#refresh({ origin, signal: controller.signal });
      const token: unknown = await Promise.race([refreshed(), late]);
      if (typeof token !== 'string' || token === '') {
        throw new TypeError('Expected `options.refreshToken` to return a non-empty string');
      }
      if (!isSendable(token)) {
        throw new TypeError('Expected `options.refreshToken` to return what a header can have');
      }
      known.token = token;
      known.version++;
      return token;
    } catch (error) {
      throw new TokenRefreshError(this.#name, origin, error);
    } finally {
      clearTimeout(timer);
    }
  }

  #of(origin: string): Known {
    let known = this.#origins.get(origin);
    if (known === undefined) {
      known = { token: undefined, version: 0, running: undefined };
      this.#origins.set(origin, known);
      const [oldest] = this.#origins.keys();
      if (this.#origins.size > MOST_ORIGINS && oldest !== undefined) this.#origins.delete(oldest);
    }
    return known;
  }
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
