import { randomUUID } from 'node:crypto';
import { isSpanContextValid, trace } from '@opentelemetry/api';

export const CORRELATION_HEADER = 'X-Correlation-ID';

/** The id of the trace that is active, so that logs and traces are found by one another; or a new one. */
export function correlationId(): string {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? span.traceId : randomUUID();
}
