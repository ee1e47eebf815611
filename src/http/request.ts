import { type BodyLimit, bufferRequest } from './body.ts';
import { requestVariantOf } from './request-key.ts';

/** What `fetch` takes, with the types of Node or those of a browser. */
export type FetchInput = Parameters<typeof globalThis.fetch>[0];

type Body = RequestInit['body'];

/** What a body may be, or what makes one for each time that the request is sent. */
export type RepeatableBody = Body | (() => Body | Promise<Body>);

/** That of `fetch`; a body that is a stream can be sent again if a function makes it. */
export interface FetchInit extends Omit<RequestInit, 'body' | 'dispatcher'> {
  body?: RepeatableBody | undefined;
  /** One of undici, of any version: their types do not fit one another. */
  dispatcher?: object | undefined;
}

/** By RFC 9110, 9.2.2: to send them twice is to send them once. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);
/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
const IDEMPOTENCY_KEY = 'idempotency-key';
/** What a key must have: not only quotes, and commas between the values of several headers. */
const KEY_CHARACTER = /[^\s,"]/;

/** The arguments of `fetch`, understood as `fetch` does, and sent as often as it takes. */
export class OutgoingRequest {
  readonly headers: Headers;
  readonly signal: AbortSignal | null | undefined;
  readonly origin: string;
  /** The body, if there is one, can be sent again. */
  resendable: boolean;
  /** To send it twice is to send it once. */
  readonly idempotent: boolean;
  readonly #method: string;
  readonly #input: FetchInput;
  #init: FetchInit;

  constructor(input: FetchInput, init: FetchInit = {}) {
    const request = isRequest(input) ? input : undefined;
    this.#input = input;
    this.#init = init;
    this.headers = new Headers(init.headers ?? request?.headers);
    this.signal = init.signal === undefined ? request?.signal : init.signal;
    this.origin = originOf(request?.url ?? String(input));
    // As `fetch` has it, the body of a `Request` stands behind that of `init`.
    this.resendable = init.body != null ? isRepeatable(init.body) : !request?.body;
    const method = (init.method ?? request?.method ?? 'GET').toUpperCase();
    this.#method = method;
    this.idempotent =
      IDEMPOTENT.has(method) || KEY_CHARACTER.test(this.headers.get(IDEMPOTENCY_KEY) ?? '');
  }

  /** What was given to `fetch`, without the signal: fallbacks make their keys from it. */
  get args(): readonly unknown[] {
    const input = this.#input instanceof URL ? String(this.#input) : this.#input;
    const { signal, ...init } = this.#init;
    return Object.keys(init).length > 0 ? [input, init] : [input];
  }

  /**
   * What decides the answer besides the URL; `undefined` where that is not known. A `Request` does not
   * show its dispatcher, nor its body.
   */
  variant(correlationHeader: string | false): string | undefined {
    if (isRequest(this.#input)) return undefined;
    const [method, headers, init] = [this.#method, this.headers, this.#init];
    return requestVariantOf({ method, headers, init, correlationHeader });
  }

  /**
   * Reads the body of a `Request` into memory.
   *
   * @throws BodyTooLargeError if it is larger than the limit
   */
  async buffer(limit: BodyLimit): Promise<void> {
    if (this.resendable || this.#init.body != null || !isRequest(this.#input)) return;
    this.#init = { ...this.#init, body: await bufferRequest(this.#input.body, limit) };
    this.resendable = true;
  }

  async send(fetch: Fetcher, signal: AbortSignal): Promise<Response> {
    const init = { ...this.#init, headers: this.headers, signal } as RequestInit;
    const { body } = this.#init;
    if (typeof body === 'function') {
      init.body = (await body()) ?? null;
      // A stream: `fetch` wants it said that it does not read an answer before the body is sent.
      (init as { duplex?: string }).duplex ??= 'half';
    }
    return fetch(this.#input, init);
  }
}

/** The signature of `fetch`. */
export type Fetcher = (input: FetchInput, init?: RequestInit) => Promise<Response>;

/** Also one of another copy of undici. */
function isRequest(input: FetchInput): input is Request {
  return typeof input === 'object' && 'headers' in input && 'url' in input;
}

function originOf(url: string): string {
  // What is no URL, `fetch` will say.
  return URL.canParse(url) ? new URL(url).origin : 'null';
}

/** Whatever is read by being sent is gone then: streams, and iterators of any kind. */
function isRepeatable(body: NonNullable<RepeatableBody>): boolean {
  if (typeof body !== 'object' || ArrayBuffer.isView(body)) return true;
  if (body instanceof ReadableStream || Symbol.asyncIterator in body) return false;
  return !('getReader' in body || 'pipe' in body);
}
