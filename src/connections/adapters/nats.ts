import { assertFunction, assertMethods } from '../supervision/options.ts';
import type { ConnectionAdapter, ConnectionHandlers } from '../supervision/types.ts';

/**
 * The part of a connection of NATS that its adapter uses; of `nats` 2 and of `@nats-io` 3.
 *
 * @example
 * const connection: NatsConnection = await connect();
 */
export interface NatsConnection {
  /** Resolves when the connection is closed for good. */
  closed(): Promise<unknown>;
  /** Whether the connection is closed for good. */
  isClosed(): boolean;
  /** Resolves once the server has answered, the probe. */
  flush(): Promise<unknown>;
  /** Closes the connection for good. */
  close(): Promise<unknown>;
  /** Events of the connection. */
  status(): AsyncIterable<{ readonly type: string }>;
  /** Drops the socket and connects again. */
  reconnect?(): Promise<unknown>;
}

/**
 * Supervises a connection to NATS. A closed connection is spent, so a function connects each of them.
 * Subscribe again when the connection was replaced, which is when `current()` returns another.
 *
 * @throws TypeError if the argument is no function
 * @example
 * const bus = superviseConnection('bus', nats(() => connect({ servers })));
 * const connection = await bus.ready();
 */
export function nats<C extends NatsConnection>(create: () => Promise<C>): ConnectionAdapter<C> {
  assertFunction('create', create);
  let handlers: ConnectionHandlers | undefined;
  let connection: C | undefined;

  function current(): C {
    if (connection === undefined) throw new Error('Expected a connection: await `ready()` first');
    return connection;
  }

  async function follow(next: C): Promise<void> {
    for await (const { type } of next.status()) {
      if (connection !== next) return;
      if (type === 'disconnect') handlers?.lost('closed');
      else if (type === 'reconnecting') handlers?.retrying();
      else if (type === 'reconnect') handlers?.connected();
    }
  }

  function use(next: C): void {
    assertMethods('create()', next, ['closed', 'isClosed', 'flush', 'close', 'status']);
    connection = next;
    const end = (error: unknown) => {
      if (connection === next) handlers?.ended(error);
    };
    follow(next).catch(end);
    next.closed().then(end, end);
  }

  return {
    current,
    listen(next) {
      handlers = next;
      return () => {
        handlers = undefined;
      };
    },
    probe: async () => current().flush(),
    cut: () => void connection?.reconnect?.().catch(() => {}),
    async revive(signal) {
      if (connection && !connection.isClosed()) return connection.flush();
      const next = await create();
      if (signal.aborted) await next.close();
      signal.throwIfAborted();
      use(next);
    },
  };
}
