import { assertLogger, type Logger } from '../../shared/logger.ts';
import { ownOptions } from '../../shared/validate.ts';
import { assertEventLoggerProvider, type EventLoggerProvider } from './event-logger.ts';
import { logEvents } from './log-events.ts';

/**
 * Options of `logChanges`.
 *
 * @example
 * const options: LogChangesOptions = { logger: console };
 */
export interface LogChangesOptions {
  /** An object with `info`, `warn` and `error`, such as `console`. @default none */
  readonly logger?: Logger;
  /** OpenTelemetry's Logs API: `logs.getLoggerProvider()`. @default none */
  readonly events?: EventLoggerProvider;
}

/**
 * Logs each state change of a circuit breaker, each recovery and each operation: one line each,
 * independent of the number of calls. For services without `healthRoutes`, which has the same options.
 *
 * @returns a function that stops the logging
 * @throws TypeError if an option is invalid
 * @example
 * const stop = logChanges({ logger: console });
 */
export function logChanges(options: LogChangesOptions): () => void {
  const { logger, events } = ownOptions('options', options, ['logger', 'events']);
  assertLogger(logger);
  assertEventLoggerProvider(events);
  if (logger === undefined && events === undefined) {
    throw new TypeError('Expected `options` to have a `logger` or `events`, got neither');
  }
  return logEvents({ logger, events });
}
