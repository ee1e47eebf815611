import type { DependencyMonitor } from '../../dependencies/monitor/types.ts';
import type { Logger } from '../../shared/logger.ts';
import type { EventLoggerProvider } from '../events/event-logger.ts';

/**
 * Limits of the health routes.
 *
 * @example
 * const limits: HealthLimits = { viewers: 20 };
 */
export interface HealthLimits {
  /**
   * The largest request body, in bytes.
   * @default 4096
   */
  readonly bodyBytes?: number;
  /**
   * Concurrent viewers of the live page. Beyond, a new viewer replaces the oldest viewer of the client
   * that has the most.
   * @default 100
   */
  readonly viewers?: number;
}

/**
 * Options of `healthRoutes`.
 *
 * @example
 * const options: HealthOptions = { token: process.env.OPS_TOKEN, logger: console, prefix: '/ops' };
 */
export interface HealthOptions {
  /**
   * The bearer token for operations: reset, isolate and release circuit breakers, abort executions.
   * Several tokens by name put the name of the token into the log. A token has at least 16 visible
   * ASCII characters; `openssl rand -hex 32` creates one.
   * @default none: the routes allow no operations
   */
  readonly token?: string | Readonly<Record<string, string>> | undefined;
  /**
   * Whether reading requires the token. `GET /health` without it returns the status only.
   * @default false
   */
  readonly protectReads?: boolean;
  /**
   * Whether `GET /health` responds 503 while a circuit is open, so that a load balancer stops sending
   * requests. An isolated circuit does not count.
   * @default false: an open circuit makes the service `degraded`
   */
  readonly openFails?: boolean;
  /** The result of `monitorDependencies`; `GET /health` then includes the dependencies. */
  readonly dependencies?: Pick<DependencyMonitor, 'state'> | undefined;
  /** Receives one line for each state change, recovery and operation. @default none */
  readonly logger?: Logger | undefined;
  /** OpenTelemetry's Logs API, which receives the same as events. @default none */
  readonly events?: EventLoggerProvider | undefined;
  /** The name of the service on the live page. */
  readonly service?: string | undefined;
  /**
   * Whether `GET /executions` lists the executions in progress.
   * @default true
   */
  readonly executions?: boolean;
  /**
   * The path of the mount, such as `/ops`, if the framework leaves it in the URL. Fastify and Koa do,
   * Express does not.
   * @default ''
   */
  readonly prefix?: string;
  /**
   * Host names under which browsers reach the routes through a proxy that changes the header `Host`,
   * such as `ops.example`. Without it, the live page cannot start operations through such a proxy over
   * plain HTTP.
   * @default []
   */
  readonly hosts?: readonly string[];
  /** Limits of requests and viewers. */
  readonly limits?: HealthLimits;
}
