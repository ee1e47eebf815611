import { connect, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { TestServer } from '../../support/servers.ts';
import {
  type Case,
  expectOutcomes,
  hangUpPort,
  IGNORED,
  Link,
  RETRIED,
  refusedPort,
  stalledPort,
} from './support.ts';

/** A call that a client of its own makes: a Redis command, and what happens meanwhile. */
type Command = (port: number, command: readonly string[], during?: () => void) => () => unknown;

const ioredis: Command =
  (port, [name = '', ...args], during) =>
  async () => {
    const client = new Redis(port, '127.0.0.1', {
      maxRetriesPerRequest: 0,
      retryStrategy: () => 10,
      commandTimeout: 500,
      enableReadyCheck: false,
    });
    client.on('error', () => {});
    try {
      const answer = client.call(name, args);
      during?.();
      return await answer;
    } finally {
      client.disconnect();
    }
  };

const nodeRedis: Command = (port, command, during) => async () => {
  const client = createClient({
    socket: {
      port,
      host: '127.0.0.1',
      reconnectStrategy: false,
      connectTimeout: 500,
      socketTimeout: 400,
    },
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const answer = client.sendCommand(command);
    during?.();
    return await answer;
  } finally {
    client.destroy();
  }
};

/** A Redis that loads its data for seconds. */
async function startLoading(): Promise<TestServer> {
  const source = await TestServer.redis();
  const client = new Redis(source.port, '127.0.0.1');
  for (let key = 0; key < 3000; key++) void client.set(`key-${key}`, 'x'.repeat(4096));
  await client.save();
  client.disconnect();
  const slow = ['--key-load-delay', '10000', '--loading-process-events-interval-bytes', '1024'];
  const options = ['--rdbcompression', 'no', '--dir', source.folder, ...slow];
  const server = await TestServer.redis(options, 'Loading RDB');
  await source.stop();
  return server;
}

describe('the errors of Redis', () => {
  const servers: TestServer[] = [];
  const start = async (...options: string[]) => {
    const server = await TestServer.redis(options);
    servers.push(server);
    return server.port;
  };
  let port: number;
  let locked: number;
  let replica: number;
  let stale: number;
  let full: number;
  let loading: number;
  let second: Socket;
  beforeAll(async () => {
    port = await start();
    locked = await start('--requirepass', 'secret');
    const gone = ['--replicaof', '127.0.0.1', String(await refusedPort())];
    replica = await start(...gone);
    stale = await start(...gone, '--replica-serve-stale-data', 'no');
    full = await start('--maxclients', '1');
    second = connect(full, '127.0.0.1');
    await ioredis(port, ['SET', 'text', 'a'])();
    const slow = await startLoading();
    servers.push(slow);
    loading = slow.port;
  });
  afterAll(async () => {
    second.destroy();
    for (const server of servers) await server.stop();
  });

  it.each([
    ['ioredis', ioredis],
    ['node-redis', nodeRedis],
  ])('are classified of %s', async (_, call) => {
    const link = await Link.to(port);
    const cut = () => setTimeout(() => link.cut(), 100);
    const cases: Record<string, Case> = {
      refused: [call(await refusedPort(), ['PING']), /ECONNREFUSED|MaxRetries/, RETRIED],
      'hung up': [call(await hangUpPort(), ['PING']), /MaxRetries|SocketClosedUnex/, RETRIED],
      'hung up in a call': [
        call(link.port, ['BLPOP', 'none', '5'], cut),
        /MaxRetries|SocketClosedUnex/,
        RETRIED,
      ],
      stalled: [call(await stalledPort(), ['PING']), /timed out|SocketTimeout/, RETRIED],
      'not answered': [call(port, ['BLPOP', 'none', '5']), /timed out|SocketTimeout/, RETRIED],
      loading: [call(loading, ['GET', 'text']), /LOADING/, RETRIED],
      replica: [call(replica, ['SET', 'x', '1']), /READONLY/, RETRIED],
      'primary gone': [call(stale, ['GET', 'x']), /MASTERDOWN/, RETRIED],
      full: [call(full, ['PING']), /max number of clients|MaxRetries|Socket/, RETRIED],
      'wrong type': [call(port, ['LPUSH', 'text', '1']), /WRONGTYPE/, IGNORED],
      'wrong command': [call(port, ['NONSENSE']), /unknown command/, IGNORED],
      'wrong value': [call(port, ['INCR', 'text']), /not an integer/, IGNORED],
      'no access': [call(locked, ['GET', 'x']), /NOAUTH/, IGNORED],
    };
    await expectOutcomes('redis', cases);
  });

  it('are classified where the client has given up, or is not connected', async () => {
    const port = await refusedPort();
    const closed = async () => {
      const client = new Redis(port, '127.0.0.1', { retryStrategy: () => null });
      client.on('error', () => {});
      return client.get('x').finally(() => client.disconnect());
    };
    const offline = async () => {
      const socket = { port, host: '127.0.0.1', reconnectStrategy: 1000 };
      const client = createClient({ socket, disableOfflineQueue: true });
      client.on('error', () => {});
      client.connect().catch(() => {});
      return client.get('x').finally(() => client.destroy());
    };
    await expectOutcomes('redis', {
      ioredis: [closed, /Connection is closed/, RETRIED],
      'node-redis': [offline, /ClientOfflineError/, RETRIED],
    });
  });
});
