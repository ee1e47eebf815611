import type { Context, MiddlewareHandler } from 'hono';
import { assertSameOrigin } from './origin.ts';
import { Problem } from './problem.ts';
import { Rate, Rates } from './rate.ts';
import type { Settings } from './settings.ts';
import { type Holder, isBearer, Tokens } from './tokens.ts';

/** What a request is found to be, for those who answer it. */
export interface Env {
  Variables: { holder: Holder | undefined };
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="cockatiel-otel"' };

/** Who may do what, and how often. */
export class Guard {
  readonly #tokens: Tokens;
  readonly #protectReads: boolean;
  readonly #requests: Rate;
  /** Of `GET /health` alone: a flood elsewhere must not take a replica out of service. */
  readonly #health: Rate;
  readonly #healthPath: string;
  /** Of what takes time to read. */
  readonly #reads: Rate;
  readonly #changes: Rate;
  readonly #wrong: Rates;

  constructor({ token, protectReads, prefix, limits }: Settings) {
    this.#tokens = new Tokens(token);
    this.#protectReads = protectReads;
    const { requestsPerSecond: requests } = limits;
    this.#requests = rateOf(requests);
    this.#health = rateOf(requests);
    this.#healthPath = `${prefix}/health`;
    this.#reads = rateOf(limits.readsPerSecond);
    this.#changes = rateOf(limits.changesPerSecond);
    const { wrongTokensPerSecond: wrong } = limits;
    this.#wrong = new Rates(() => new Rate(wrong, Math.max(1, wrong * 10)));
  }

  get canAdminister(): boolean {
    return !this.#tokens.none;
  }

  /** Before anything else. */
  readonly bounded: MiddlewareHandler<Env> = async (c, next) => {
    const rate = c.req.path === this.#healthPath ? this.#health : this.#requests;
    if (!rate.take()) throw tooMany();
    await next();
  };

  /** Of what tells something. */
  readonly reads: MiddlewareHandler<Env> = async (c, next) => {
    if (this.#protectReads) this.#identify(c);
    // Who may not read takes nothing away from those who may.
    if (!this.#reads.take()) throw tooMany();
    await next();
  };

  /** Of what changes something. */
  readonly changes: MiddlewareHandler<Env> = async (c, next) => {
    if (this.#tokens.none) {
      throw new Problem(
        403,
        'Nothing can be changed here, as no token is configured. To enable it, give `healthRoutes` the option `token`, and send it as `Authorization: Bearer <token>`.',
      );
    }
    assertSameOrigin(c.req.raw.headers);
    c.set('holder', this.#identify(c));
    if (!this.#changes.take()) throw tooMany();
    await next();
  };

  /** Whether it would be let read; for what tells less to others, and refuses nobody. */
  mayRead(c: Context<Env>): boolean {
    if (!this.#protectReads) return true;
    try {
      return this.#identify(c) !== undefined;
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  }

  #identify(c: Context<Env>): Holder {
    const client = clientOf(c);
    const header = c.req.header('authorization');
    // What a proxy in between has to say for itself is no wrong token.
    if (header === undefined || !isBearer(header))
      throw unauthorized('Send the token as `Authorization: Bearer`.');
    if (!this.#wrong.open(client)) throw tooMany('Too many wrong tokens came from your address.');
    const holder = this.#tokens.holder(header);
    if (holder) return holder;
    this.#wrong.take(client);
    throw unauthorized('The token is wrong.');
  }
}

/** At least one at once, or there would never be any. */
function rateOf(perSecond: number): Rate {
  return new Rate(perSecond, Math.max(1, perSecond));
}

/** The address it comes from, where that is known. */
function clientOf({ env }: Context<Env>): string {
  const { incoming } = (env ?? {}) as {
    incoming?: { socket?: { remoteAddress?: string | undefined } };
  };
  return incoming?.socket?.remoteAddress ?? '';
}

function unauthorized(detail: string): Problem {
  return new Problem(401, detail, {}, CHALLENGE);
}

function tooMany(detail = 'Too many requests at once.'): Problem {
  return new Problem(429, detail, {}, { 'retry-after': '1' });
}
