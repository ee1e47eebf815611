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
export { type NatsConnection, nats } from './adapters/nats.ts';
export { type NodeRedisClient, nodeRedis } from './adapters/node-redis.ts';
export type { PgClient, PgOptions } from './adapters/pg.ts';
export { pgClient } from './adapters/pg-client.ts';
export { type PgPool, type PgPoolOptions, pgPool } from './adapters/pg-pool.ts';
export { type WebSocketLike, type WebSocketOptions, webSocket } from './adapters/web-socket.ts';
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
