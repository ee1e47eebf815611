/**
 * Supervises the connections of clients, which then return by themselves after every failure.
 *
 * @module
 * @example
 * import { ioredis, superviseConnection } from 'cockatiel-otel/connections';
 * const cache = superviseConnection('cache', ioredis(new Redis()));
 */
export type { PoolStats } from '../metrics/pool.ts';
export type { ConnectionLossReason, ConnectionState } from '../semconv/attributes.ts';
export { type IoredisClient, ioredis } from './adapters/ioredis.ts';
export { type ReconnectDelayOptions, reconnectDelay } from './supervision/reconnect-delay.ts';
export { superviseConnection } from './supervision/supervise-connection.ts';
export {
  type ConnectionAdapter,
  type ConnectionAlert,
  type ConnectionDependency,
  type ConnectionHandlers,
  type ConnectionStateChange,
  type ProbeOptions,
  ReadOnlyError,
  type SupervisedConnection,
  type SuperviseOptions,
} from './supervision/types.ts';
