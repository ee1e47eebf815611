import type { Context } from 'hono';

/** In what the host knows of a request: it sends what a `TextResponse` says as it is. */
export const SENDS_TEXT = Symbol('sends text');

/** JSON as text, for what is asked often or is much. */
export function jsonFor(c: Context, json: string, status: 200 | 503 = 200): Response {
  const headers = { 'content-type': 'application/json' };
  if (!(SENDS_TEXT in (c.env ?? {}))) return c.body(json, status, headers);
  return new TextResponse(json, { status, headers });
}

/**
 * An answer whose text is at hand for a server that can send it as it is. Node makes a stream of the
 * body of each `Response` and reads it again, which takes longer than all else about an answer.
 * Whoever asks for the body is given one.
 */
export class TextResponse extends Response {
  readonly content: string;
  #whole: Response | undefined;

  constructor(content: string, init: ResponseInit) {
    super(null, init);
    this.content = content;
  }

  /** Whether nobody has asked for its body. */
  get untouched(): boolean {
    return this.#whole === undefined;
  }

  /** The same, as others know it. */
  whole(): Response {
    this.#whole ??= new Response(this.content, { status: this.status, headers: this.headers });
    return this.#whole;
  }
}

for (const name of ['body', 'bodyUsed'] as const) {
  Object.defineProperty(TextResponse.prototype, name, {
    get(this: TextResponse) {
      return this.whole()[name];
    },
  });
}

for (const name of ['arrayBuffer', 'blob', 'clone', 'formData', 'json', 'text'] as const) {
  Object.defineProperty(TextResponse.prototype, name, {
    value(this: TextResponse) {
      return this.whole()[name]();
    },
  });
}
