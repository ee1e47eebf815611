import { STATUS_CODES } from 'node:http';
import { withHeaders } from './response-headers.ts';

/** What goes wrong, as it is told to the client: https://www.rfc-editor.org/rfc/rfc9457 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** Further members of the answer. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail for people: what is wrong, and what to do */
  constructor(
    status: number,
    detail: string,
    members: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.status = status;
    this.members = members;
    this.headers = headers;
  }

  response(): Response {
    const { status, message: detail, members } = this;
    const body = { type: 'about:blank', title: STATUS_CODES[status], status, detail, ...members };
    const type = 'application/problem+json';
    return withHeaders(
      new Response(`${JSON.stringify(body)}\n`, {
        status,
        headers: { 'content-type': type, ...this.headers },
      }),
    );
  }
}

/** Whatever is thrown becomes an answer; what is not meant for the client is not told to it. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(500, 'Something went wrong here. The log of the service may say more.');
}
