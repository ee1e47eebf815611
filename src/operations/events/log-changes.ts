import type { Logger } from '../../shared/logger.ts';
import { ownOptions } from '../../shared/validate.ts';
import { assertLogging } from '../settings.ts';
import type { EventLoggerProvider } from './event-logger.ts';
import { logEvents } from './log-events.ts';

export interface LogChangesOptions {
  /** Anything with `info`, `warn` and `error`, such as `console`. @default none */
  readonly logger?: Logger;
  /** OpenTelemetry's Logs API: `logs.getLoggerProvider()`. @default none */
  readonly events?: EventLoggerProvider;
}

/**
 * Tells of each change of state of a circuit breaker, of recoveries, and of what is done by hand: one
 * line each, however many calls there are. For services that mount no routes; `healthRoutes` has
 * the same options.
 *
 * @returns ends it
 * @throws TypeError if an option is not what it must be
 * @example
 * const end = logChanges({ logger: console });
 */
export function logChanges(options: LogChangesOptions): () => void {
  const { logger, events } = ownOptions('options', options, ['logger', 'events']);
  assertLogging(logger, events);
  if (logger === undefined && events === undefined) {
    throw new TypeError('Expected `options` to have a `logger` or `events`, got none of them');
  }
  return logEvents({ logger, events });
}
