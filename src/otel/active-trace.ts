import { isSpanContextValid, trace } from '@opentelemetry/api';

/** The id of the trace that is active; none without an SDK. */
export function activeTraceId(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span && isSpanContextValid(span) ? span.traceId : undefined;
}
