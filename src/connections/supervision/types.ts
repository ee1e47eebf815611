import type { MeterProvider } from '@opentelemetry/api';
import type { PoolStats } from '../../metrics/pool.ts';
import type { ConnectionLossReason, ConnectionState } from '../../semconv/attributes.ts';

/**
 * What an adapter reports about its client. None of these functions throws.
 *
 * @example
 * client.on('ready', () => handlers.connected());
 */
export interface ConnectionHandlers {
  /** The client can be used. */
  connected(): void;
  /** The connection is lost, and the client tries to regain it. */
  lost(reason: 'closed' | 'error', error?: unknown): void;
  /** The client starts its next attempt after `delay` milliseconds; the attempt before it failed. */
  retrying(delay?: number): void;
  /** The connection is gone, and the client does not try to regain it. */
  ended(error?: unknown): void;
  /** Something happened that a probe should look into, such as an error of one pooled connection. */
  suspect(error?: unknown): void;
}

/**
 * Connects a client to its supervisor. Implement it for a client that has no adapter here.
 *
 * @example
 * const adapter: ConnectionAdapter<Client> = {
 *   current: () => client,
 *   listen: ({ connected, ended }) => {
 *     client.on('open', connected).on('close', ended);
 *     return () => void client.off('open', connected).off('close', ended);
 *   },
 *   probe: () => client.ping(),
 *   cut: () => client.socket.destroy(),
 *   revive: () => client.connect(),
 * };
 */
export interface ConnectionAdapter<C> {
  /** The client that callers should use now. */
  current(): C;
  /**
   * Reports events of the client. If it is connected or tries to connect, reports that at once; otherwise
   * the supervisor revives it.
   *
   * @returns a function that removes the listeners
   */
  listen(handlers: ConnectionHandlers): () => void;
  /**
   * Resolves if the server answers. The supervisor limits its time.
   *
   * @throws ReadOnlyError if the server answers but accepts no writes
   */
  probe(signal: AbortSignal): Promise<unknown>;
  /** Destroys the sockets without waiting for the server. */
  cut(): void;
  /** Connects again and resolves once the client is connected. The supervisor limits its time. */
  revive(signal: AbortSignal): Promise<unknown>;
  /** The numbers of a connection pool. */
  stats?(): PoolStats | undefined;
}

/**
 * The error of a probe whose server answers but accepts no writes. The connection is not cut.
 *
 * @example
 * throw new ReadOnlyError();
 */
export class ReadOnlyError extends Error {
  /** Distinguishes the error without its class. */
  override readonly name = 'ReadOnlyError';

  constructor(message = 'the server accepts no writes') {
    super(message);
  }
}

/**
 * When the supervisor probes.
 *
 * @example
 * const probe: ProbeOptions = { interval: 10_000, timeout: 2000 };
 */
export interface ProbeOptions {
  /**
   * Milliseconds from the end of one probe to the start of the next.
   * @default 5000
   */
  readonly interval?: number;
  /**
   * Milliseconds after which the server counts as hanging. Time in which the event loop of this process
   * is blocked does not count.
   * @default 1000
   */
  readonly timeout?: number;
}

/**
 * Options of `superviseConnection`; times in milliseconds.
 *
 * @example
 * const options: SuperviseOptions = { probe: { interval: 10_000 }, onAlert: page };
 */
export interface SuperviseOptions {
  /** When to probe. */
  readonly probe?: ProbeOptions;
  /**
   * Longest duration of an attempt. A client that announced an attempt has this time and one second more.
   * @default 10_000
   */
  readonly connectTimeout?: number;
  /**
   * Upper bound of the first delay before the supervisor revives a client; it doubles with each attempt.
   * @default 1000
   */
  readonly initialDelay?: number;
  /**
   * Upper bound of all delays.
   * @default 60_000
   */
  readonly maxDelay?: number;
  /**
   * Attempts of one outage after which `onAlert` is called once. The attempts go on.
   * @default 10
   */
  readonly alertAfter?: number;
  /**
   * How long a connection must last until its outage counts as over and attempts start at 0.
   * @default 5000
   */
  readonly stableFor?: number;
  /** Receives the alert. Its errors are counted. */
  readonly onAlert?: (alert: ConnectionAlert) => unknown;
  /**
   * Receives the metrics.
   * @default the global meter provider
   */
  readonly meterProvider?: MeterProvider | undefined;
}

/**
 * A change of state.
 *
 * @example
 * db.onStateChange(({ state, reason }) => console.log(state, reason));
 */
export interface ConnectionStateChange {
  /** The name of the connection. */
  readonly name: string;
  /** The new state. */
  readonly state: ConnectionState;
  /** The state before. */
  readonly previousState: ConnectionState;
  /** Why the connection was lost, if it was. */
  readonly reason?: ConnectionLossReason;
  /** The error of the client or of the probe, if there was one. */
  readonly error?: unknown;
}

/**
 * An outage that many attempts did not end.
 *
 * @example
 * const onAlert = ({ name, attempts }: ConnectionAlert) => page(`${name}: ${attempts} attempts`);
 */
export interface ConnectionAlert {
  /** The name of the connection. */
  readonly name: string;
  /** Attempts since the connection was last stable. */
  readonly attempts: number;
  /** Milliseconds since the connection was lost. */
  readonly downtime: number;
  /** The error of the last attempt or probe. */
  readonly error: unknown;
}

/**
 * A supervised connection.
 *
 * @example
 * const db = superviseConnection('orders-db', pgPool(() => new Pool(options)));
 * await db.ready();
 * await db.current().query('SELECT 1');
 */
export interface SupervisedConnection<C> {
  /** The name, which is also that of its policy. */
  readonly name: string;
  /** The present state. */
  readonly state: ConnectionState;
  /** Attempts since the connection was last stable. */
  readonly attempts: number;
  /** The client to use now. An adapter with a factory may replace it, so do not store it. */
  current(): C;
  /**
   * Resolves with the client once it is connected. Keeps the process alive meanwhile.
   *
   * @param signal rejects the promise with its reason
   */
  ready(signal?: AbortSignal): Promise<C>;
  /**
   * Calls a function at each change of state. Its errors are counted.
   *
   * @returns a function that removes the listener
   */
  onStateChange(listener: (change: ConnectionStateChange) => void): () => void;
  /**
   * Probes a connected client, and otherwise attempts to connect at once.
   *
   * @returns a promise that rejects with the error of the attempt; the supervisor then goes on
   */
  recover(): Promise<void>;
  /**
   * The connection as a dependency of `monitorDependencies` and `checkSystemHealth`.
   *
   * @example
   * monitorDependencies({ 'orders-db': db.dependency() });
   */
  dependency(): ConnectionDependency;
  /** Ends the supervision. The client stays as it is: close it afterwards. */
  dispose(): void;
  /** The same as `dispose`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * A connection as a dependency.
 *
 * @example
 * const { check }: ConnectionDependency = db.dependency();
 */
export interface ConnectionDependency {
  /**
   * Returns `true` if the connection is connected.
   *
   * @throws Error with the state and the last error otherwise
   */
  readonly check: () => true;
  /** The same as `recover` of the connection. */
  readonly recover: () => Promise<void>;
}
