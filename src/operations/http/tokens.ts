import { createHash, timingSafeEqual } from 'node:crypto';

/** Whose token it is; nobody's name where there is but one token. */
export interface Holder {
  readonly who: string | undefined;
}

/** The tokens that may change something. They are kept as digests only. */
export class Tokens {
  readonly #known: readonly (Holder & { readonly digest: Buffer })[];

  constructor(token: string | Readonly<Record<string, string>> | undefined) {
    const pairs: readonly (readonly [string | undefined, string])[] =
      typeof token === 'string' ? [[undefined, token]] : Object.entries(token ?? {});
    this.#known = pairs.map(([who, secret]) => ({ who, digest: digestOf(secret) }));
  }

  get none(): boolean {
    return this.#known.length === 0;
  }

  /**
   * Who sent it. Digests are of one length, and all are compared, so that the time that it takes
   * tells neither how much of a token was right nor whose it is.
   *
   * @param header that of `Authorization`
   */
  holder(header: string | undefined): Holder | undefined {
    const sent = digestOf(header?.match(/^Bearer +(\S+) *$/i)?.[1] ?? '');
    let found: Holder | undefined;
    for (const known of this.#known) {
      if (timingSafeEqual(known.digest, sent)) found = known;
    }
    return found;
  }
}

export function isBearer(header: string): boolean {
  return /^Bearer( |$)/i.test(header);
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
