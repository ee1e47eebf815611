import { createHash } from 'node:crypto';
import { idOf } from '../policies/fallback/call-key.ts';

/** Headers that differ from call to call and do not affect the response. */
const VOLATILE = new Set([
  'baggage',
  'idempotency-key',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-correlation-id',
  'x-request-id',
]);

interface Outgoing {
  readonly method: string;
  readonly headers: Headers;
  /** The options of `fetch`. */
  readonly init: { readonly method?: unknown; readonly body?: unknown };
  /** Name of the header that carries the correlation ID. */
  readonly correlationHeader: string | false;
}

/**
 * Hashes the parts of a request that affect the response, besides the URL: method, headers
 * (`Authorization`, `Cookie`), body, and the other options of `fetch`, such as a dispatcher with a
 * client certificate. A fallback never answers one variant with the response of another, even if both
 * have the same `key`.
 *
 * @returns `undefined` if the body cannot be compared, such as a stream
 */
export function requestVariantOf(outgoing: Outgoing): string | undefined {
  const { method, headers, init, correlationHeader } = outgoing;
  const {
    method: _,
    headers: __,
    body,
    signal: ___,
    ...others
  } = init as Readonly<Record<string, unknown>>;
  const content = contentOf(body ?? '');
  if (content === undefined) return undefined;
  const own = String(correlationHeader).toLowerCase();
  const named = [...headers].filter(([name]) => !VOLATILE.has(name) && name !== own);
  const options = Object.entries(others)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, idOf(value)]);
  // The hash keeps secrets, such as tokens, out of the key.
  const whole = JSON.stringify([method, named, options, content]);
  return createHash('sha256').update(whole).digest('base64');
}

function contentOf(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return String(body);
  if (ArrayBuffer.isView(body)) {
    return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64');
  }
  return body instanceof ArrayBuffer ? Buffer.from(body).toString('base64') : undefined;
}
