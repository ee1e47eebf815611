import { expected } from '../../shared/validate.ts';

/**
 * An event for OpenTelemetry's Logs API.
 *
 * @example
 * const emit = ({ eventName, body }: EventRecord) => console.log(eventName, body);
 */
export interface EventRecord {
  /** The name of the event in OpenTelemetry, that of a state change or of an operation. */
  readonly eventName: string;
  /** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
  readonly severityNumber: number;
  /** `INFO` or `WARN`. */
  readonly severityText: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** The event in one sentence. */
  readonly body: string;
  /** The attributes of the event, such as the name of the policy. */
  readonly attributes: Record<string, string | number>;
}

/**
 * The part of a `LoggerProvider` of `@opentelemetry/api-logs` that is used.
 *
 * @example
 * const events: EventLoggerProvider = logs.getLoggerProvider();
 */
export interface EventLoggerProvider {
  /** Returns the logger of an instrumentation scope. */
  getLogger(name: string): { emit(record: EventRecord): void };
}

/** @throws TypeError if the option is invalid */
export function assertEventLoggerProvider(events: unknown): void {
  const { getLogger } = (events ?? {}) as { getLogger?: unknown };
  if (events !== undefined && typeof getLogger !== 'function') {
    throw expected('`options.events` to have a method `getLogger`', events);
  }
}
