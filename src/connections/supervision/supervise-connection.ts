import { connectionMetrics, poolMetrics } from '../../instrument.ts';
import { ownProperty } from '../../shared/validate.ts';
import { resolveSettings } from './options.ts';
import { Supervisor } from './supervisor.ts';
import type { ConnectionAdapter, SupervisedConnection, SuperviseOptions } from './types.ts';

/**
 * Supervises the connection of a client: notices losses and hanging servers, cuts what hangs, and revives
 * a client that has given up. Reconnecting is left to the client while it tries. The connection is
 * `closed` only by `dispose`.
 *
 * @param name of the dependency, the same as that of its policy
 * @throws TypeError if an argument is invalid
 * @example
 * const cache = superviseConnection('cache', ioredis(redis), { probe: { interval: 5000, timeout: 1000 } });
 * await cache.ready();
 */
export function superviseConnection<C>(
  name: string,
  adapter: ConnectionAdapter<C>,
  options: SuperviseOptions = {},
): SupervisedConnection<C> {
  const settings = resolveSettings(name, adapter, options);
  const meterProvider = ownProperty(options, 'meterProvider');
  const supervisor = new Supervisor(name, adapter, settings, {
    connection: connectionMetrics(name, adapter, meterProvider),
    pool: adapter.stats && poolMetrics(name, adapter, meterProvider),
  });
  supervisor.start();
  return supervisor;
}
