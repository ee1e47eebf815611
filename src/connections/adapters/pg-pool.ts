import type { PoolStats } from '../../metrics/pool.ts';
import { expected, ownOptions } from '../../shared/validate.ts';
import { after } from '../supervision/awake-timer.ts';
import { assertFunction, assertMethods } from '../supervision/options.ts';
import { assertMilliseconds } from '../supervision/reconnect-delay.ts';
import {
  type ConnectionAdapter,
  type ConnectionHandlers,
  ReadOnlyError,
} from '../supervision/types.ts';
import { check, connectNew, destroy, type PgClient, type PgOptions } from './pg.ts';

/**
 * The part of a pool of pg that its adapter uses.
 *
 * @example
 * const pool: PgPool = new Pool();
 */
export interface PgPool {
  /** Connections of the pool. */
  readonly totalCount: number;
  /** Connections that no caller uses. */
  readonly idleCount: number;
  /** Callers that wait for a connection. */
  readonly waitingCount: number;
  /** Ends the pool for good. */
  end(): Promise<unknown>;
  /** Adds a listener. */
  on(event: string, listener: () => void): unknown;
}

/**
 * Options of `pgPool`; times in milliseconds.
 *
 * @example
 * const options: PgPoolOptions = { writes: true, leakAfter: 60_000 };
 */
export interface PgPoolOptions extends PgOptions {
  /**
   * Longest time that a caller waits for a connection, if the pool has no `connectionTimeoutMillis`. Such
   * a caller would wait for ever.
   * @default 10_000
   */
  readonly acquireTimeout?: number;
  /**
   * Time after which a connection that a caller has not released is destroyed, so that a leak does not
   * exhaust the pool. Choose a time that no transaction needs.
   * @default never
   */
  readonly leakAfter?: number;
  /**
   * Whether to export `db.client.connection.*`.
   * @default true, unless the instrumentation of pg by OpenTelemetry does
   */
  readonly poolMetrics?: boolean;
}

/** What the types of pg do not declare. */
interface PoolInternals {
  readonly ending?: boolean;
  readonly options: { max: number; connectionTimeoutMillis?: number };
  readonly Client: new (options: unknown) => PgClient;
  connect: (callback?: PoolCallback) => Promise<unknown> | undefined;
}

type PoolCallback = (error: unknown, ...rest: unknown[]) => void;

const OPTIONS = ['writes', 'acquireTimeout', 'leakAfter', 'poolMetrics'];

/**
 * Supervises a pool of pg. A pool that ended is spent, so a function creates each of them. Errors of
 * connections, also of those in use, no longer end the process.
 *
 * @throws TypeError if an argument is invalid
 * @example
 * const db = superviseConnection('orders-db', pgPool(() => new Pool(options), { writes: true }));
 * await db.current().query('SELECT 1');
 */
export function pgPool<P extends PgPool>(
  create: () => P,
  options: PgPoolOptions = {},
): ConnectionAdapter<P> {
  assertFunction('create', create);
  const own = ownOptions('options', options, OPTIONS);
  const { writes = false, acquireTimeout = 10_000, leakAfter, poolMetrics } = own;
  if (typeof writes !== 'boolean') throw expected('`options.writes` to be a boolean', writes);
  assertMilliseconds('options.acquireTimeout', acquireTimeout);
  if (leakAfter !== undefined) assertMilliseconds('options.leakAfter', leakAfter);

  let handlers: ConnectionHandlers | undefined;
  let clients = new Set<object>();
  let timeouts = 0;
  let isReadOnly = false;
  let isInstrumented = false;
  let pool = open();
  const exportsMetrics = poolMetrics ?? !isInstrumented;

  function open(): P {
    const next = create();
    assertMethods('create()', next, ['connect', 'end', 'on']);
    const internals = internalsOf(next);
    internals.options.connectionTimeoutMillis ||= acquireTimeout;
    // The instrumentation of pg by OpenTelemetry has wrapped it, and exports the metrics of the pool.
    isInstrumented = '__wrapped' in internals.connect;
    countTimeouts(internals, () => timeouts++);
    clients = watch(next, (error) => handlers?.suspect(error), leakAfter);
    return next;
  }

  /** Checks the server on a new connection, so that neither a full pool nor an old server matters. */
  async function checkNew(signal: AbortSignal): Promise<void> {
    const { Client, options: clientOptions } = internalsOf(pool);
    const client = await connectNew(() => new Client(clientOptions), signal);
    try {
      await check(client, writes);
    } finally {
      if (signal.aborted) destroy(client);
      else client.end().catch(() => {});
    }
  }

  async function checkIdle(): Promise<void> {
    const client = await connectFrom(pool);
    try {
      await check(client, writes);
    } finally {
      client.release();
    }
  }

  return {
    current: () => pool,
    listen(next) {
      handlers = next;
      return () => {
        handlers = undefined;
      };
    },
    async probe(signal) {
      try {
        if (internalsOf(pool).ending) throw new Error('the pool has ended');
        await (pool.idleCount > 0 ? checkIdle() : checkNew(signal));
      } catch (error) {
        isReadOnly = error instanceof ReadOnlyError;
        throw error;
      }
    },
    cut() {
      for (const client of clients) destroy(client);
    },
    async revive(signal) {
      await checkNew(signal);
      signal.throwIfAborted();
      if (!isReadOnly && !internalsOf(pool).ending) return;
      const previous = pool;
      pool = open();
      isReadOnly = false;
      if (!internalsOf(previous).ending) previous.end().catch(() => {});
    },
    ...(exportsMetrics ? { stats } : {}),
  };

  function stats(): PoolStats {
    const { totalCount, idleCount, waitingCount } = pool;
    const { max } = internalsOf(pool).options;
    return { idle: idleCount, used: totalCount - idleCount, max, pending: waitingCount, timeouts };
  }
}

function internalsOf(pool: PgPool): PoolInternals {
  return pool as unknown as PoolInternals;
}

function connectFrom(pool: PgPool): Promise<PgClient & { release(): void }> {
  return internalsOf(pool).connect() as Promise<PgClient & { release(): void }>;
}

/** Listens to the errors of all connections, and destroys those that are not released in time. */
function watch(
  pool: PgPool,
  onError: (error: unknown) => void,
  leakAfter: number | undefined,
): Set<object> {
  const clients = new Set<object>();
  const leaks = new Map<object, () => void>();
  const listeners = {
    error: onError,
    connect: (client: PgClient) => {
      clients.add(client);
      client.on('error', onError as () => void);
    },
    remove: (client: object) => {
      clients.delete(client);
      leaks.get(client)?.();
    },
    acquire: (client: object) => {
      if (leakAfter !== undefined)
        leaks.set(
          client,
          after(leakAfter, () => end(client)),
        );
    },
    release: (_error: unknown, client: object) => {
      leaks.get(client)?.();
      leaks.delete(client);
    },
  };
  for (const [event, listener] of Object.entries(listeners)) {
    pool.on(event, listener as () => void);
  }
  return clients;

  /** Releasing the client with an error is what makes room for another. */
  function end(client: object): void {
    leaks.delete(client);
    destroy(client);
    (client as { release?: (error: Error) => void }).release?.(
      new Error('the connection was not released in time'),
    );
  }
}

/** A pool has no event for callers that waited too long. */
function countTimeouts(pool: PoolInternals, onTimeout: () => void): void {
  const { connect } = pool;
  const count = (error: unknown) => {
    if (error instanceof Error && /timeout/.test(error.message)) onTimeout();
  };
  pool.connect = function countingConnect(callback) {
    if (callback) {
      return connect.call(pool, (error, ...rest) => {
        count(error);
        callback(error, ...rest);
      });
    }
    const promise = connect.call(pool);
    promise?.catch(count);
    return promise;
  };
}
