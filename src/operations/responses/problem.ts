import { STATUS_CODES } from 'node:http';
import { withSecurityHeaders } from './security-headers.ts';

/** An error response as problem details: https://www.rfc-editor.org/rfc/rfc9457 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  /** Further members of the JSON body. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail a sentence for people: what is wrong, and what to do */
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
    return withSecurityHeaders(
      new Response(`${JSON.stringify(body)}\n`, {
        status,
        headers: { 'content-type': type, ...this.headers },
      }),
    );
  }
}

/** Turns any error into a Problem. The message of an unexpected error is not sent to the client. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(500, 'An unexpected error occurred. The log of the service may have details.');
}
