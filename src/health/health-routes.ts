import { consoleRoutes } from '../console/server/routes.ts';
import { activeExecutions } from '../metrics/active-executions.ts';
import { EventFeed } from '../operations/events/event-feed.ts';
import { feedEvents } from '../operations/events/feed-sources.ts';
import { logEvents } from '../operations/events/log-events.ts';
import { createApp } from '../operations/http/app.ts';
import { problemOf } from '../operations/http/problem.ts';
import type { HealthOptions } from '../operations/options.ts';
import { resolveHealthSettings } from '../operations/settings.ts';
import { activeTraceId } from '../otel/active-trace.ts';
import { SafeLogger } from '../shared/logger.ts';

/** A small web app, to be mounted where requests come in. */
export interface HealthRoutes {
  /**
   * Answers a request; never rejects.
   *
   * @param env what the host knows of the request, such as Node's own objects
   */
  readonly fetch: (request: Request, env?: unknown) => Promise<Response>;
  /** Ends all that it follows, and those who look at the live page. The rest is still answered. */
  readonly close: () => void;
  readonly [Symbol.dispose]: () => void;
}

/**
 * The routes by which people, load balancers and the command line see and steer what the policies
 * of this process do: circuit breakers, policies, executions, health.
 *
 * Who has no token can change nothing, and without the option `token` nobody has one.
 *
 * @throws TypeError if an option is not what it must be
 * @example
 * import { healthRoutes, nodeHandler } from 'cockatiel-otel/health';
 * const health = healthRoutes({ token: process.env.OPS_TOKEN });
 * app.use('/ops', nodeHandler(health)); // Express
 */
export function healthRoutes(options: HealthOptions = {}): HealthRoutes {
  const settings = resolveHealthSettings(options);
  const log = new SafeLogger(settings.logger);
  const feed = new EventFeed();
  const failed = (error: unknown) =>
    log.error('A route of cockatiel-otel/health failed', { error });
  const closing = new AbortController();
  const liveConsole = consoleRoutes({
    service: settings.service,
    canAdminister: settings.token !== undefined,
    maxViewers: settings.limits.viewers,
    news: feed,
    signal: closing.signal,
  });
  const app = createApp(settings, liveConsole, failed);
  const ends = [
    () => closing.abort(),
    feedEvents(feed),
    ...(settings.logger || settings.events ? [logEvents(settings)] : []),
    ...(settings.executions ? [activeExecutions.watch(activeTraceId)] : []),
  ];
  function close(): void {
    for (const end of ends.splice(0)) end();
  }
  return {
    fetch: async function fetch(request, env) {
      try {
        return await app.fetch(request, env as object | undefined);
      } catch (error) {
        // What a policy of the service's own throws need not be an Error.
        failed(error);
        return problemOf(error).response();
      }
    },
    close,
    [Symbol.dispose]: close,
  };
}
