import { createHash } from 'node:crypto';
import { identityOf } from '../policies/fallback/call-key.ts';

/** Headers that differ from call to call and do not affect the response. */
const VOLATILE_HEADERS = new Set([
  'baggage',
  'idempotency-key',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-correlation-id',
  'x-request-id',
]);

interface RequestParts {
  readonly method: string;
  readonly headers: Headers;
  /** The options of `fetch`. */
  readonly init: { readonly method?: unknown; readonly body?: unknown };
  /** The name of the header with the correlation ID. */
  readonly correlationHeader: string | false;
}

/**
 * Hashes the parts of a request that affect the response besides the URL: method, headers
 * (`Authorization`, `Cookie`), body, and the other options of `fetch`, such as a dispatcher with a
 * client certificate. A fallback never answers one variant with the response of another, even if both
 * have the same `key`.
 *
 * @returns `undefined` if the body cannot be compared, such as a stream
 */
export function requestVariant(parts: RequestParts): string | undefined {
  const { method, headers, init, correlationHeader } = parts;
  const { body, ...options } = init as Readonly<Record<string, unknown>>;
  const content = toContent(body ?? '');
  if (content === undefined) return undefined;
  const correlation = String(correlationHeader).toLowerCase();
  const relevantHeaders = [...headers].filter(
    ([name]) => !VOLATILE_HEADERS.has(name) && name !== correlation,
  );
  const relevantOptions = Object.entries(options)
    .filter(([name]) => !['method', 'headers', 'signal'].includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, identityOf(value)]);
  // A hash, so that keys contain no secrets such as tokens.
  const variant = JSON.stringify([method, relevantHeaders, relevantOptions, content]);
  return createHash('sha256').update(variant).digest('base64');
}

function toContent(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return String(body);
  if (ArrayBuffer.isView(body)) {
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64');
  }
  return body instanceof ArrayBuffer ? Buffer.from(body).toString('base64') : undefined;
}
