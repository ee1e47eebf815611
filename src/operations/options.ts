import type { DependencyMonitor } from '../dependencies/monitor/types.ts';
import type { Logger } from '../shared/logger.ts';
import type { EventLoggerProvider } from './events/event-logger.ts';

export interface HealthLimits {
  /** @default 4096 */
  readonly bodyBytes?: number;
  /**
   * Streams of the live page at the same time. When all are taken, a new one takes the place of the
   * oldest of the client that has the most.
   * @default 100
   */
  readonly viewers?: number;
}

export interface HealthOptions {
  /**
   * Who sends it, as `Authorization: Bearer`, may reset, isolate and release circuit breakers and
   * call off executions. Either one, or one for each person or program, by name, which is then who
   * is logged. At least 16 visible ASCII characters each; `openssl rand -hex 32` makes a good one.
   * @default none: nothing can be changed
   */
  readonly token?: string | Readonly<Record<string, string>> | undefined;
  /**
   * Whether reading needs the token as well. `GET /health` does not, and then tells the status only.
   * @default false
   */
  readonly protectReads?: boolean;
  /**
   * Whether `GET /health` answers 503 while a circuit is open, so that a load balancer sends nobody
   * here. One that is isolated by hand does not count.
   * @default false: an open circuit degrades the service, it does not fail it
   */
  readonly openFails?: boolean;
  /** What `monitorDependencies` gave; `GET /health` then tells of the dependencies. */
  readonly dependencies?: Pick<DependencyMonitor, 'state'> | undefined;
  /** Is told of changes of state, recoveries and administration, a line each. @default none */
  readonly logger?: Logger | undefined;
  /** OpenTelemetry's Logs API, which is given the same as events. @default none */
  readonly events?: EventLoggerProvider | undefined;
  /** The name of the service, for the live page. */
  readonly service?: string | undefined;
  /**
   * Whether executions are followed, so that `GET /executions` can list them.
   * @default true
   */
  readonly executions?: boolean;
  /**
   * The path under which requests arrive, such as `/ops`, where what they are mounted in leaves it
   * in the URL. (Express takes it away; Fastify and Koa do not.)
   * @default ''
   */
  readonly prefix?: string;
  /**
   * Names under which browsers reach these routes through a proxy that changes the header `Host`,
   * such as `ops.example`: their live page may change something. Over https browsers tell by
   * themselves that a request is of the same origin.
   * @default []
   */
  readonly hosts?: readonly string[];
  readonly limits?: HealthLimits;
}
