import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  ioredis,
  type SuperviseOptions,
  superviseConnection,
} from '../../../src/connections/index.ts';
import { TestServer } from '../../support/servers.ts';
import { reaches, settledWithin, TIMED } from '../support/states.ts';

const PROBE = { interval: 300, timeout: 300 };

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.redis();
});
afterEach(() => server.stop());

function connect(retryDelay = 50): Redis {
  const client = new Redis(server.port, '127.0.0.1', {
    retryStrategy: () => retryDelay,
    maxRetriesPerRequest: null,
  });
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  return client;
}

function supervise(client: Redis, options: SuperviseOptions = {}) {
  const connection = superviseConnection('cache', ioredis(client), {
    probe: PROBE,
    initialDelay: 200,
    connectTimeout: 1000,
    ...options,
  });
  onTestFinished(() => connection.dispose());
  return connection;
}

describe('a Redis server that is killed', () => {
  it('is seen within 100 ms, and the client returns by itself, ten times', TIMED, async () => {
    const connection = supervise(connect());
    await connection.ready();
    for (let i = 0; i < 10; i++) {
      const lost = reaches(connection, 'reconnecting');
      await server.kill();
      expect(await lost).toBeLessThan(100);
      await server.start();
      await reaches(connection, 'connected');
    }
    expect(await connection.current().ping()).toBe('PONG');
  });
});

describe('a Redis server that hangs', () => {
  it('leaves a bare client ready, with commands that never settle', async () => {
    const client = connect();
    await client.ping();
    server.pause();
    expect(await settledWithin(1500, client.get('key'))).toBe('pending');
    expect(client.status).toBe('ready');
  });

  it('is seen within probe interval and timeout, and heals when it goes on', TIMED, async () => {
    const connection = supervise(connect());
    await connection.ready();
    server.pause();
    expect(await reaches(connection, 'stalled')).toBeLessThan(PROBE.interval + PROBE.timeout + 150);
    server.resume();
    await reaches(connection, 'connected');
    expect(await connection.current().set('key', 'value')).toBe('OK');
  });

  it('heals after attempts that hang as well', async () => {
    const connection = supervise(connect());
    await connection.ready();
    server.pause();
    await reaches(connection, 'stalled');
    await sleep(3000);
    server.resume();
    await reaches(connection, 'connected');
    expect(await connection.current().ping()).toBe('PONG');
  });
});

/** Disconnects while the client waits for its next attempt, which it then never makes. */
async function getStuck(client: Redis): Promise<void> {
  await client.ping();
  await server.kill();
  while (client.status !== 'reconnecting') await sleep(5);
  client.disconnect(false);
  await server.start();
}

describe('a client that is disconnected while it reconnects', () => {
  it('stays reconnecting without a supervisor, and is revived with one', async () => {
    const bare = connect(500);
    await getStuck(bare);
    await sleep(1500);
    expect(bare.status).toBe('reconnecting');

    const connection = supervise(connect(500));
    await connection.ready();
    await getStuck(connection.current());
    await reaches(connection, 'stalled');
    await reaches(connection, 'connected');
    expect(await connection.current().ping()).toBe('PONG');
  });

  it('ends with the next loss without a supervisor, and is revived with one', TIMED, async () => {
    const poison = async (client: Redis) => {
      await getStuck(client);
      if (client.status === 'reconnecting') await client.connect();
      await server.kill();
      while (client.status !== 'end') await sleep(5);
      await server.start();
    };
    const bare = connect(500);
    await poison(bare);
    await sleep(1500);
    expect(bare.status).toBe('end');

    const connection = supervise(connect(500));
    await connection.ready();
    await poison(connection.current());
    expect(await reaches(connection, 'connected')).toBeLessThan(1000);
    expect(await connection.current().ping()).toBe('PONG');
  });
});

it('connects a client that waits for its first command', async () => {
  const client = new Redis(server.port, '127.0.0.1', { lazyConnect: true });
  onTestFinished(() => client.disconnect());
  await supervise(client).ready();
  expect(client.status).toBe('ready');
});

it('rejects an object that is no client', () => {
  expect(() => ioredis({} as Redis)).toThrow(
    'Expected `client` to have a method `connect`, got an object',
  );
});
