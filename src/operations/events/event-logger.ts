/** What is given to OpenTelemetry's Logs API. */
export interface EventRecord {
  readonly eventName: string;
  /** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
  readonly severityNumber: number;
  readonly severityText: string;
  /** In ms since 1970. */
  readonly timestamp: number;
  readonly body: string;
  readonly attributes: Record<string, string | number>;
}

/** A `LoggerProvider` of `@opentelemetry/api-logs`, as far as it is needed here. */
export interface EventLoggerProvider {
  getLogger(name: string): { emit(record: EventRecord): void };
}
