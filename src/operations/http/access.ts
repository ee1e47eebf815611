import type { Context, MiddlewareHandler } from 'hono';
import type { HealthSettings } from '../settings.ts';
import { assertPlainPath } from './plain-path.ts';
import { Problem } from './problem.ts';
import { assertSameOrigin } from './same-origin.ts';
import { type Holder, isBearer, Tokens } from './tokens.ts';

/** What a request is found to be, for the handlers that answer it. */
export interface Env {
  Variables: { holder: Holder | undefined };
  Bindings: Bindings;
}

/** What Node's adapter knows of a request; other hosts give none of it. */
interface Bindings {
  readonly incoming?: { readonly url?: string };
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="cockatiel-otel"' };

/**
 * Decides which requests may read and which may change something. It counts no wrong tokens: a token
 * has at least 16 characters, and a limit would also refuse the holder of the right one.
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

  /** Before anything else. */
  readonly plain: MiddlewareHandler<Env> = async (c, next) => {
    // Node's request has the target as the client sent it; the URL of a `Request` is normalized.
    assertPlainPath(c.env?.incoming?.url ?? c.req.url.replace(/^\w+:\/\/[^/?#]*/, ''));
    await next();
  };

  /** Of routes that read. */
  readonly reads: MiddlewareHandler<Env> = async (c, next) => {
    if (this.#protectReads) this.#identify(c);
    await next();
  };

  /** Of routes that change something. */
  readonly changes: MiddlewareHandler<Env> = async (c, next) => {
    if (this.#tokens.none) {
      throw new Problem(
        403,
        'Nothing can be changed here, as no token is configured. To enable it, give `healthRoutes` the option `token`, and send it as `Authorization: Bearer <token>`.',
      );
    }
    assertSameOrigin(c.req.raw.headers, this.#hosts);
    c.set('holder', this.#identify(c));
    await next();
  };

  /** Whether the request may read; for routes that show less without a token, and refuse no request. */
  mayRead(c: Context<Env>): boolean {
    return !this.#protectReads || this.#tokens.holder(c.req.header('authorization')) !== undefined;
  }

  #identify(c: Context<Env>): Holder {
    const header = c.req.header('authorization');
    // Basic credentials that a proxy added are no token.
    if (header === undefined || !isBearer(header)) {
      throw unauthorized('Send the token as `Authorization: Bearer`.');
    }
    const holder = this.#tokens.holder(header);
    if (holder === undefined) throw unauthorized('The token is wrong.');
    return holder;
  }
}

function unauthorized(detail: string): Problem {
  return new Problem(401, detail, {}, CHALLENGE);
}
