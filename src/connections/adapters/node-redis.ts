import { assertMethods } from '../supervision/options.ts';
import type { ConnectionAdapter } from '../supervision/types.ts';

/**
 * The part of a node-redis client that its adapter uses.
 *
 * @example
 * const client: NodeRedisClient = createClient();
 */
export interface NodeRedisClient {
  /** Whether commands can be sent. */
  readonly isReady: boolean;
  /** Whether the client is connected or tries to be. */
  readonly isOpen: boolean;
  /** Connects a client that is not open. */
  connect(): Promise<unknown>;
  /** Sends PING, the probe. */
  ping(): Promise<unknown>;
  /** Destroys the socket and ends the client. */
  destroy(): void;
  /** Adds a listener. */
  on(event: string, listener: () => void): unknown;
  /** Removes a listener. */
  off(event: string, listener: () => void): unknown;
}

/**
 * Supervises a node-redis client, and connects it if it is not open.
 *
 * @throws TypeError if the client is no node-redis client
 * @example
 * const cache = superviseConnection('cache', nodeRedis(createClient()));
 */
export function nodeRedis<C extends NodeRedisClient>(client: C): ConnectionAdapter<C> {
  assertMethods('client', client, ['connect', 'ping', 'destroy', 'on', 'off']);
  return {
    current: () => client,
    listen({ connected, lost, retrying, ended }) {
      let lastError: unknown;
      const listeners = {
        ready: () => connected(),
        error: (error?: unknown) => {
          lastError = error;
          if (!client.isReady) lost('error', error);
        },
        reconnecting: () => retrying(),
        terminated: (error?: unknown) => ended(error),
        end: () => ended(lastError),
      };
      for (const [event, listener] of Object.entries(listeners)) client.on(event, listener);
      if (client.isReady) connected();
      else if (client.isOpen) retrying();
      return () => {
        for (const [event, listener] of Object.entries(listeners)) client.off(event, listener);
      };
    },
    probe: () => client.ping(),
    cut: () => {
      if (client.isOpen) client.destroy();
    },
    async revive() {
      if (client.isReady) return client.ping();
      if (client.isOpen) client.destroy();
      return client.connect();
    },
  };
}
