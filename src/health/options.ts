import type { EventLoggerProvider } from './events.ts';
import type { Logger } from './logger.ts';
import type { DependencyMonitor } from './monitor/types.ts';

export interface HealthLimits {
  /** @default 4096 */
  readonly bodyBytes?: number;
  /**
   * Requests a second in all, and so many at once; those for `/health` are counted by themselves.
   * @default 5000
   */
  readonly requestsPerSecond?: number;
  /**
   * Those of them that read something else than `/health`, a second, and so many at once. They are for
   * people, and where there are thousands of policies an answer takes tens of milliseconds.
   * @default 100
   */
  readonly readsPerSecond?: number;
  /**
   * Requests a second that may change something, and so many at once.
   * @default 10
   */
  readonly changesPerSecond?: number;
  /**
   * Wrong tokens a second from one address, and ten times so many at once; then none of that
   * address is looked at.
   * @default 1
   */
  readonly wrongTokensPerSecond?: number;
  /**
   * Who may follow the live page at the same time.
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
  readonly limits?: HealthLimits;
}
