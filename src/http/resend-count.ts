import type { Span } from '@opentelemetry/api';
import { currentRequestCounter } from '../policies/members/call-context.ts';

/** https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/ */
const ATTR_HTTP_REQUEST_RESEND_COUNT = 'http.request.resend_count';

/**
 * Sets `http.request.resend_count` on the client span of a request that repeats an earlier one: a
 * retry, the repetition with a new token, or a redirect. Pass it to
 * `@opentelemetry/instrumentation-undici` as `requestHook`.
 *
 * @example
 * import { resendCountHook } from 'cockatiel-otel/http';
 * new UndiciInstrumentation({ requestHook: resendCountHook });
 */
export function resendCountHook(span: Span): void {
  const counter = currentRequestCounter();
  if (counter === undefined) return;
  if (counter.requests > 0) span.setAttribute(ATTR_HTTP_REQUEST_RESEND_COUNT, counter.requests);
  counter.requests++;
}
