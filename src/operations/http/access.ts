import type { Context, MiddlewareHandler } from 'hono';
import type { HealthSettings } from '../options/settings.ts';
import { Problem } from '../responses/problem.ts';
import { assertPlainPath } from './plain-path.ts';
import { assertSameOrigin } from './same-origin.ts';
import { isBearer, type TokenOwner, Tokens } from './tokens.ts';

/** What the middleware passes to the handlers. */
export interface Env {
  Variables: { owner: TokenOwner | undefined };
  Bindings: Bindings;
}

/** What Node's adapter passes with a request. Other hosts pass nothing. */
interface Bindings {
  readonly incoming?: { readonly url?: string };
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="cockatiel-otel"' };

/**
 * Decides which requests may read and which may start operations. Failed logins are not counted: a
 * token has at least 16 characters, and a limit would lock out its owner.
 */
export class AccessControl {
  readonly #tokens: Tokens;
  readonly #protectReads: boolean;
  readonly #hosts: ReadonlySet<string>;

  constructor({ token, protectReads, hosts }: HealthSettings) {
    this.#tokens = new Tokens(token);
    this.#protectReads = protectReads;
    this.#hosts = hosts;
  }

  /** Must run first. */
  readonly checkPath: MiddlewareHandler<Env> = async (c, next) => {
    // Node's request has the target as it was sent; the URL of a `Request` is normalized.
    assertPlainPath(c.env?.incoming?.url ?? c.req.url.replace(/^\w+:\/\/[^/?#]*/, ''));
    await next();
  };

  readonly checkRead: MiddlewareHandler<Env> = async (c, next) => {
    if (this.#protectReads) this.#authenticate(c);
    await next();
  };

  readonly checkOperation: MiddlewareHandler<Env> = async (c, next) => {
    if (this.#tokens.isEmpty) {
      throw new Problem(
        403,
        'Operations are disabled, because no token is configured. To enable them, set the option `token` of `healthRoutes`, and send it as `Authorization: Bearer <token>`.',
      );
    }
    assertSameOrigin(c.req.raw.headers, this.#hosts);
    c.set('owner', this.#authenticate(c));
    await next();
  };

  /** Whether the request may read; for routes that respond with less instead of an error. */
  mayRead(c: Context<Env>): boolean {
    return !this.#protectReads || this.#tokens.ownerOf(c.req.header('authorization')) !== undefined;
  }

  #authenticate(c: Context<Env>): TokenOwner {
    const header = c.req.header('authorization');
    // A proxy may have added Basic credentials. They do not count as a failed login.
    if (header === undefined || !isBearer(header)) {
      throw unauthorized('Send the token as `Authorization: Bearer <token>`.');
    }
    const owner = this.#tokens.ownerOf(header);
    if (owner === undefined) throw unauthorized('The token is wrong.');
    return owner;
  }
}

function unauthorized(detail: string): Problem {
  return new Problem(401, detail, {}, CHALLENGE);
}
