import { assertMethods } from '../supervision/options.ts';
import type { ConnectionAdapter } from '../supervision/types.ts';

/**
 * The part of an ioredis client that its adapter uses.
 *
 * @example
 * const client: IoredisClient = new Redis();
 */
export interface IoredisClient {
  /** Such as `ready` or `reconnecting`. */
  readonly status: string;
  /** Connects a client that ended or waits. */
  connect(): Promise<unknown>;
  /** Sends PING, the probe. */
  ping(): Promise<unknown>;
  /** Identifies the client. */
  disconnect(reconnect?: boolean): void;
  /** Adds a listener. */
  on(event: string, listener: () => void): unknown;
  /** Removes a listener. */
  off(event: string, listener: () => void): unknown;
}

/**
 * Supervises an ioredis client. Redis Cluster is not supported: it supervises its nodes itself.
 *
 * @throws TypeError if the client is no ioredis client
 * @example
 * const cache = superviseConnection('cache', ioredis(new Redis()));
 */
export function ioredis<C extends IoredisClient>(client: C): ConnectionAdapter<C> {
  assertMethods('client', client, ['connect', 'ping', 'disconnect', 'on', 'off']);
  return {
    current: () => client,
    listen({ connected, lost, retrying, ended }) {
      let error: unknown;
      const listeners = {
        ready: () => connected(),
        error: (cause?: unknown) => {
          error = cause;
        },
        close: () => lost('closed', error),
        reconnecting: (delay?: number) => retrying(delay),
        end: () => ended(error),
      };
      for (const [event, listener] of Object.entries(listeners)) client.on(event, listener);
      if (client.status === 'ready') connected();
      else if (client.status === 'connecting' || client.status === 'connect') retrying();
      return () => {
        for (const [event, listener] of Object.entries(listeners)) client.off(event, listener);
      };
    },
    probe: () => client.ping(),
    cut() {
      // A polite disconnect waits for a server that hangs.
      const { stream } = client as { stream?: { destroy?: () => void } };
      stream?.destroy?.();
    },
    async revive() {
      if (client.status === 'ready') await client.ping();
      else await client.connect();
    },
  };
}
