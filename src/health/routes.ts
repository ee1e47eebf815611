import { running } from '../aggregate/running.ts';
import { activeTraceId } from '../otel/active-trace.ts';
import { announce } from './announcements.ts';
import { appOf } from './app.ts';
import { SafeLogger } from './logger.ts';
import { Feed } from './news.ts';
import type { HealthOptions } from './options.ts';
import { problemOf } from './problem.ts';
import { report } from './reporting.ts';
import { settingsOf } from './settings.ts';

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
  const settings = settingsOf(options);
  const log = new SafeLogger(settings.logger);
  const feed = new Feed();
  const failed = (error: unknown) =>
    log.error('A route of cockatiel-otel/health failed', { error });
  const closing = new AbortController();
  const app = appOf(settings, feed, failed, closing.signal);
  const ends = [
    () => closing.abort(),
    report(feed),
    ...(settings.logger || settings.events ? [announce(settings)] : []),
    ...(settings.executions ? [running.watch(activeTraceId)] : []),
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
