import { BodyTooLargeError } from './errors.ts';

/** Bytes of the responses that `copyResponse` can copy. */
const bytesOf = new WeakMap<Response, Uint8Array<ArrayBuffer>>();

export interface BodyLimit {
  readonly policyName: string;
  readonly maxBytes: number;
}

/**
 * Reads the body of a response into memory, and leaves the response to be read by its caller.
 *
 * @param isKept whether `copyResponse` will have to copy the response
 * @throws BodyTooLargeError if the body is larger than the limit; both are cancelled then
 */
export async function bufferResponse(
  response: Response,
  limit: BodyLimit,
  isKept: boolean,
): Promise<void> {
  const { body } = response.clone();
  const chunks: Uint8Array[] = [];
  const isWhole = await readWithin(body, limit.maxBytes, (chunk) => isKept && chunks.push(chunk));
  if (!isWhole) {
    response.body?.cancel().catch(() => {});
    throw new BodyTooLargeError(limit.policyName, 'response', limit.maxBytes, response.status);
  }
  if (isKept) bytesOf.set(response, Buffer.concat(chunks));
}

/**
 * Reads the body of a request into memory.
 *
 * @throws BodyTooLargeError if it is larger than the limit
 */
export async function bufferRequest(
  body: ReadableStream<Uint8Array> | null,
  limit: BodyLimit,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  if (await readWithin(body, limit.maxBytes, (chunk) => chunks.push(chunk))) {
    return Buffer.concat(chunks);
  }
  throw new BodyTooLargeError(limit.policyName, 'request', limit.maxBytes, undefined);
}

/** `false` if there is more than the limit. */
async function readWithin(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  take: (chunk: Uint8Array) => void,
): Promise<boolean> {
  if (body === null) return true;
  const reader = body.getReader();
  for (let bytes = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return true;
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      reader.cancel().catch(() => {});
      return false;
    }
    take(value);
  }
}

/**
 * Copies a response of `createFetch`: the `copy` of a fallback that keeps responses.
 *
 * `response.clone()` copies the stream of the body, and each clone of a kept response keeps about 5 kB
 * until the response itself is dropped. This copies the bytes.
 *
 * @throws TypeError if the body of the response is not in memory (see `wholeBody`)
 * @example
 * createFetch('payroll', {
 *   wholeBody: true,
 *   overrides: {
 *     fallback: fallbackTo.cached({ key: (url: string) => url, copy: copyResponse }),
 *   },
 * });
 */
export function copyResponse(response: Response): Response {
  const bytes = bytesOf.get(response);
  if (bytes === undefined) {
    throw new TypeError(
      'Expected a response that `createFetch` has read for a fallback, with the option `wholeBody`',
    );
  }
  const { status, statusText, headers, url } = response;
  // A status without a body takes none, not even an empty one.
  const copy = new Response(response.body && bytes, { status, statusText, headers });
  Object.defineProperty(copy, 'url', { value: url });
  bytesOf.set(copy, bytes);
  return copy;
}
