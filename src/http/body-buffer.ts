import { BodyTooLargeError } from './errors.ts';

/** The bodies of the responses that `copyResponse` can copy. */
const bytesOf = new WeakMap<Response, Uint8Array<ArrayBuffer>>();

export interface BodyLimit {
  readonly policyName: string;
  readonly maxBytes: number;
}

/**
 * Reads the body of a response into memory; the caller can still read it from the response.
 *
 * @param isCopyable whether `copyResponse` must be able to copy the response
 * @throws BodyTooLargeError if the body exceeds the limit; the body is cancelled then
 */
export async function bufferResponse(
  response: Response,
  limit: BodyLimit,
  isCopyable: boolean,
): Promise<void> {
  const { body } = response.clone();
  const chunks: Uint8Array[] = [];
  const isComplete = await readBody(body, limit.maxBytes, (chunk) => {
    if (isCopyable) chunks.push(chunk);
  });
  if (!isComplete) {
    response.body?.cancel().catch(() => {});
    throw new BodyTooLargeError(limit.policyName, 'response', limit.maxBytes, response.status);
  }
  if (isCopyable) bytesOf.set(response, Buffer.concat(chunks));
}

/**
 * Reads the body of a request into memory.
 *
 * @throws BodyTooLargeError if the body exceeds the limit
 */
export async function bufferRequest(
  body: ReadableStream<Uint8Array> | null,
  limit: BodyLimit,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  const isComplete = await readBody(body, limit.maxBytes, (chunk) => chunks.push(chunk));
  if (isComplete) return Buffer.concat(chunks);
  throw new BodyTooLargeError(limit.policyName, 'request', limit.maxBytes, undefined);
}

/** @returns `false` if the body exceeds the limit; the body is cancelled then */
async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  onChunk: (chunk: Uint8Array) => void,
): Promise<boolean> {
  if (body === null) return true;
  const reader = body.getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return true;
    bytes += value.byteLength;
    if (bytes > maxBytes) {
      reader.cancel().catch(() => {});
      return false;
    }
    onChunk(value);
  }
}

/**
 * Copies a response of `createFetch`; for the option `copy` of a fallback that stores responses.
 *
 * It copies the bytes of the body. `response.clone()` would copy the stream, and each clone would
 * retain about 5 kB until the stored response is dropped.
 *
 * @throws TypeError if the response is not one that `createFetch` has buffered for a fallback
 * @example
 * createFetch('payroll', {
 *   bufferResponses: true,
 *   overrides: {
 *     fallback: fallbackTo.cached({ key: (url: string) => url, copy: copyResponse }),
 *   },
 * });
 */
export function copyResponse(response: Response): Response {
  const bytes = bytesOf.get(response);
  if (bytes === undefined) {
    throw new TypeError(
      'Expected a response of a `createFetch` that has `bufferResponses: true` and a fallback that stores responses',
    );
  }
  const { status, statusText, headers, url } = response;
  // A status such as 204 allows no body, not even an empty one.
  const copy = new Response(response.body && bytes, { status, statusText, headers });
  Object.defineProperty(copy, 'url', { value: url });
  bytesOf.set(copy, bytes);
  return copy;
}
