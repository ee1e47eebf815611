import { createHash, timingSafeEqual } from 'node:crypto';

/** The owner of a token. */
export interface TokenOwner {
  /** `undefined` if the only token has no name. */
  readonly name: string | undefined;
}

/** The tokens that allow operations, stored as digests. */
export class Tokens {
  readonly #entries: readonly (TokenOwner & { readonly digest: Buffer })[];

  constructor(token: string | Readonly<Record<string, string>> | undefined) {
    const pairs: readonly (readonly [string | undefined, string])[] =
      typeof token === 'string' ? [[undefined, token]] : Object.entries(token ?? {});
    this.#entries = pairs.map(([name, secret]) => ({ name, digest: digestOf(secret) }));
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /**
   * The owner of the token in a request. Compares all digests in constant time, so that the duration
   * reveals neither how much of a token was right nor whose it is.
   *
   * @param header the header `Authorization`
   */
  ownerOf(header: string | undefined): TokenOwner | undefined {
    const sent = digestOf(header?.match(/^Bearer +(\S+) *$/i)?.[1] ?? '');
    let owner: TokenOwner | undefined;
    for (const entry of this.#entries) {
      if (timingSafeEqual(entry.digest, sent)) owner = entry;
    }
    return owner;
  }
}

export function isBearer(header: string): boolean {
  return /^Bearer( |$)/i.test(header);
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
