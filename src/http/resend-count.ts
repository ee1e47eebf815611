import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';

/** OpenTelemetry's own: https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/ */
const ATTR_HTTP_REQUEST_RESEND_COUNT = 'http.request.resend_count';

/** Of one call: how many requests were made for it. */
export interface Sent {
  requests: number;
}

const sending = new AsyncLocalStorage<Sent>();

/** Sends a request that belongs to a call. Nothing else may run in it, or it would be counted too. */
export function sendAs<T>(sent: Sent, send: () => T): T {
  return sending.run(sent, send);
}

/**
 * Says on the HTTP client span of a request that it is a resend, and the how-manieth: a retry, the
 * try after a token was refreshed, or a redirect. Give it to `@opentelemetry/instrumentation-undici`.
 *
 * @example
 * import { resendCountHook } from 'cockatiel-otel/http';
 * new UndiciInstrumentation({ requestHook: resendCountHook });
 */
export function resendCountHook(span: Span): void {
  const sent = sending.getStore();
  if (sent === undefined) return;
  if (sent.requests > 0) span.setAttribute(ATTR_HTTP_REQUEST_RESEND_COUNT, sent.requests);
  sent.requests++;
}
