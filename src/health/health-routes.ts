import { consoleRoutes } from '../console/server/routes.ts';
import { activeExecutions } from '../metrics/active-executions.ts';
import { EventFeed } from '../operations/events/event-feed.ts';
import { feedProcessEvents } from '../operations/events/feed-process-events.ts';
import { logEvents } from '../operations/events/log-events.ts';
import { createApp } from '../operations/http/app.ts';
import type { HealthOptions } from '../operations/options/options.ts';
import { resolveHealthSettings } from '../operations/options/settings.ts';
import { toProblem } from '../operations/responses/problem.ts';
import { activeTraceId } from '../otel/active-trace.ts';
import { SafeLogger } from '../shared/logger.ts';

/**
 * The operations API and the live page, to be mounted in a web server.
 *
 * @example
 * const health: HealthRoutes = healthRoutes();
 * export default { fetch: health.fetch };
 */
export interface HealthRoutes {
  /**
   * Responds to a request; never rejects.
   *
   * @param env what the host passes with the request, such as Node's request and response
   */
  readonly fetch: (request: Request, env?: unknown) => Promise<Response>;
  /** Ends live pages, logging and the tracking of executions. Other requests still work. */
  readonly close: () => void;
  /** The same as `close`. */
  readonly [Symbol.dispose]: () => void;
}

/**
 * Creates an HTTP API that shows circuit breakers, policies, executions and health of this process, and
 * allows operations on them with a token. Without the option `token` it allows no operations.
 *
 * @throws TypeError if an option is invalid
 * @example
 * import { healthRoutes, nodeHandler } from 'cockatiel-otel/health';
 * const health = healthRoutes({ token: process.env.OPS_TOKEN });
 * app.use('/ops', nodeHandler(health)); // Express
 */
export function healthRoutes(options: HealthOptions = {}): HealthRoutes {
  const settings = resolveHealthSettings(options);
  const log = new SafeLogger(settings.logger);
  const feed = new EventFeed();
  const logError = (error: unknown) =>
    log.error('A route of cockatiel-otel/health failed', { error });
  const closing = new AbortController();
  const liveConsole = consoleRoutes({
    service: settings.service,
    canAdminister: settings.token !== undefined,
    maxViewers: settings.limits.viewers,
    events: feed,
    signal: closing.signal,
  });
  const app = createApp(settings, liveConsole, logError);
  const cleanups = [
    () => closing.abort(),
    feedProcessEvents(feed),
    ...(settings.logger || settings.events ? [logEvents(settings)] : []),
    ...(settings.executions ? [activeExecutions.watch(activeTraceId)] : []),
  ];
  function close(): void {
    for (const cleanup of cleanups.splice(0)) cleanup();
  }
  return {
    fetch: async function fetch(request, env) {
      try {
        return await app.fetch(request, env as object | undefined);
      } catch (error) {
        // Hono only handles errors that are instances of Error. A user's policy may throw any value.
        logError(error);
        return toProblem(error).response();
      }
    },
    close,
    [Symbol.dispose]: close,
  };
}
