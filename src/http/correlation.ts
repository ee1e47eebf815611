import { randomUUID } from 'node:crypto';
import { activeTraceId } from '../otel/active-trace.ts';

export const CORRELATION_HEADER = 'X-Correlation-ID';

/** The id of the trace that is active, so that logs and traces are found by one another; or a new one. */
export function correlationId(): string {
  return activeTraceId() ?? randomUUID();
}
