import { running } from '../aggregate/running.ts';
import { announce } from './announcements.ts';
import { appOf } from './app.ts';
import { SafeLogger } from './logger.ts';
import { Feed } from './news.ts';
import { type HealthOptions, settingsOf } from './options.ts';
import { report } from './reporting.ts';

/** A small web app, to be mounted where requests come in. */
export interface HealthRoutes {
  /**
   * Answers a request; never rejects.
   *
   * @param env what the host knows of the request, such as Node's own objects
   */
  readonly fetch: (request: Request, env?: object) => Promise<Response>;
  /** Ends all that it follows. It still answers, but tells no news. */
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
  const app = appOf(settings, feed, (error) =>
    log.error('A route of cockatiel-otel/health failed', { error }),
  );
  const ends = [
    report(feed),
    ...(settings.logger || settings.events ? [announce(settings)] : []),
    ...(settings.executions ? [running.watch()] : []),
  ];
  function close(): void {
    for (const end of ends.splice(0)) end();
  }
  return {
    fetch: async function fetch(request, env) {
      return app.fetch(request, env);
    },
    close,
    [Symbol.dispose]: close,
  };
}
