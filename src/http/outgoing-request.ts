import { type BodyLimit, bufferRequest } from './body-buffer.ts';
import { requestVariant } from './request-variant.ts';

/**
 * The first argument of `fetch`: a URL or a `Request`.
 *
 * @example
 * const input: FetchInput = new URL('https://api.example.com/issues');
 */
export type FetchInput = Parameters<typeof globalThis.fetch>[0];

/**
 * A body that `fetch` accepts.
 *
 * @example
 * const body: Body = JSON.stringify({ summary: 'disk full' });
 */
export type Body = RequestInit['body'];

/**
 * A body, or a function that creates the body of each request.
 *
 * @example
 * const body: RepeatableBody = () => new Blob(['content']).stream();
 */
export type RepeatableBody = Body | (() => Body | Promise<Body>);

/**
 * The second argument of a resilient `fetch`: the options of `fetch`, and a function as `body`.
 *
 * @example
 * const init: FetchInit = { method: 'PUT', body: () => createReadStream('report.csv') };
 */
export interface FetchInit extends Omit<RequestInit, 'body' | 'dispatcher'> {
  /** A function makes a stream repeatable: it creates a new stream for each request. */
  body?: RepeatableBody | undefined;
  /** A dispatcher of any version of undici; the types of different versions are incompatible. */
  dispatcher?: object | undefined;
}

/**
 * The signature of `fetch`.
 *
 * @example
 * const send: Fetcher = (input, init) => undici.fetch(input, init);
 */
export type Fetcher = (input: FetchInput, init?: RequestInit) => Promise<Response>;

/** RFC 9110, 9.2.2: sending the request twice has the same effect as sending it once. */
const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);
/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ */
const IDEMPOTENCY_KEY = 'idempotency-key';
/** An empty key is no key: quotes, and commas between the values of several headers. */
const KEY_CHARACTER = /[^\s,"]/;

/** The arguments of one `fetch`, which can be sent several times. */
export class OutgoingRequest {
  readonly headers: Headers;
  readonly signal: AbortSignal | null | undefined;
  readonly origin: string;
  /** Whether sending the request twice has the same effect as sending it once. */
  readonly isIdempotent: boolean;
  /** Whether the body, if any, can be sent again. */
  isRepeatable: boolean;
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
    // As in `fetch`, the body of `init` replaces that of the `Request`.
    this.isRepeatable = init.body != null ? isRepeatableBody(init.body) : !request?.body;
    const method = (init.method ?? request?.method ?? 'GET').toUpperCase();
    this.#method = method;
    this.isIdempotent =
      IDEMPOTENT_METHODS.has(method) || KEY_CHARACTER.test(this.headers.get(IDEMPOTENCY_KEY) ?? '');
  }

  /** The arguments of `fetch` without the signal, from which fallbacks create their keys. */
  get args(): readonly unknown[] {
    const input = this.#input instanceof URL ? String(this.#input) : this.#input;
    const { signal, ...init } = this.#init;
    return Object.keys(init).length > 0 ? [input, init] : [input];
  }

  /**
   * A hash of the parts that affect the response besides the URL; `undefined` if they are unknown, as
   * a `Request` shows neither its dispatcher nor its body.
   */
  variant(correlationHeader: string | false): string | undefined {
    if (isRequest(this.#input)) return undefined;
    const [method, headers, init] = [this.#method, this.headers, this.#init];
    return requestVariant({ method, headers, init, correlationHeader });
  }

  /**
   * Reads the body of a `Request` into memory, which makes it repeatable.
   *
   * @throws BodyTooLargeError if the body exceeds the limit
   */
  async buffer(limit: BodyLimit): Promise<void> {
    if (this.isRepeatable || this.#init.body != null || !isRequest(this.#input)) return;
    this.#init = { ...this.#init, body: await bufferRequest(this.#input.body, limit) };
    this.isRepeatable = true;
  }

  async send(fetch: Fetcher, signal: AbortSignal): Promise<Response> {
    const init = { ...this.#init, headers: this.headers, signal } as RequestInit;
    const { body } = this.#init;
    if (typeof body === 'function') {
      init.body = (await body()) ?? null;
      // `fetch` requires it for a stream: the response is read after the body is sent.
      (init as { duplex?: string }).duplex ??= 'half';
    }
    return fetch(this.#input, init);
  }
}

/** Also recognizes a `Request` of another copy of undici. */
function isRequest(input: FetchInput): input is Request {
  return typeof input === 'object' && 'headers' in input && 'url' in input;
}

/** `null` for an invalid URL, which `fetch` rejects later. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'null';
}

/** Streams and iterators are consumed when they are sent. */
function isRepeatableBody(body: NonNullable<RepeatableBody>): boolean {
  if (typeof body !== 'object' || ArrayBuffer.isView(body)) return true;
  if (body instanceof ReadableStream || Symbol.asyncIterator in body) return false;
  return !('getReader' in body || 'pipe' in body);
}
