import { ownOptions } from '../../shared/validate.ts';
import { assertFunction } from '../supervision/options.ts';
import type { ConnectionAdapter, ConnectionHandlers } from '../supervision/types.ts';
import { check, connectNew, destroy, type PgClient, type PgOptions } from './pg.ts';

/**
 * Supervises a client of pg. A client cannot connect twice, so a function creates each of them; the
 * adapter connects it.
 *
 * @throws TypeError if an argument is invalid
 * @example
 * const db = superviseConnection('listener', pgClient(() => new Client(options)));
 * const client = await db.ready();
 */
export function pgClient<C extends PgClient>(
  create: () => C,
  options: PgOptions = {},
): ConnectionAdapter<C> {
  assertFunction('create', create);
  const { writes = false } = ownOptions('options', options, ['writes']);
  let handlers: ConnectionHandlers | undefined;
  let client: C | undefined;

  function current(): C {
    if (client === undefined) throw new Error('Expected a connected client: await `ready()` first');
    return client;
  }

  function use(next: C): void {
    const previous = client;
    client = next;
    let lastError: unknown;
    const onError = (error?: unknown) => {
      lastError = error;
    };
    next.on('error', onError);
    next.on('end', () => {
      if (client === next) handlers?.ended(lastError);
    });
    previous?.end().catch(() => {});
  }

  return {
    current,
    listen(next) {
      handlers = next;
      return () => {
        handlers = undefined;
      };
    },
    probe: async () => check(current(), writes),
    cut: () => {
      if (client) destroy(client);
    },
    async revive(signal) {
      const next = await connectNew(create, signal);
      try {
        await check(next, writes);
        signal.throwIfAborted();
      } catch (error) {
        destroy(next);
        throw error;
      }
      use(next);
    },
  };
}
