import { isSpanContextValid, trace } from '@opentelemetry/api';

/** The ID of the active trace; `undefined` without one. */
export function activeTraceId(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? span.traceId : undefined;
}
