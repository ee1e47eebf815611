import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { nodeRedis, superviseConnection } from '../../../src/connections/index.ts';
import { TestServer } from '../../support/servers.ts';
import { reaches, settledWithin, TIMED } from '../support/states.ts';

const PROBE = { interval: 300, timeout: 300 };

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.redis();
});
afterEach(() => server.stop());

function create(socketTimeout?: number) {
  const client = createClient({
    socket: { host: '127.0.0.1', port: server.port, ...(socketTimeout && { socketTimeout }) },
  });
  client.on('error', () => {});
  onTestFinished(() => {
    if (client.isOpen) client.destroy();
  });
  return client;
}

function supervise<C extends ReturnType<typeof create>>(client: C) {
  const connection = superviseConnection('cache', nodeRedis(client), {
    probe: PROBE,
    initialDelay: 200,
    connectTimeout: 1000,
  });
  onTestFinished(() => connection.dispose());
  return connection;
}

describe('node-redis', () => {
  it('notices a kill within 100 ms and returns', TIMED, async () => {
    const connection = supervise(create());
    await connection.ready();
    const lost = reaches(connection, 'reconnecting');
    await server.kill();
    expect(await lost).toBeLessThan(100);
    await server.start();
    await reaches(connection, 'connected');
    expect(await connection.current().ping()).toBe('PONG');
  });

  it('gives up for good after a socket timeout when bare, and is revived when supervised', async () => {
    const bare = create(200);
    await bare.connect();
    server.pause();
    await settledWithin(
      1000,
      bare.ping().catch(() => {}),
    );
    await sleep(500);
    server.resume();
    await sleep(1000);
    expect(bare.isOpen).toBe(false);

    const connection = supervise(create(200));
    await connection.ready();
    server.pause();
    await reaches(connection, 'stalled');
    server.resume();
    await reaches(connection, 'connected');
    expect(await connection.current().ping()).toBe('PONG');
  });

  it(
    'stays ready while the server hangs when bare, and is cut and healed when supervised',
    TIMED,
    async () => {
      const bare = create();
      await bare.connect();
      const connection = supervise(create());
      await connection.ready();
      server.pause();
      const pending = bare.get('key').catch(() => {});
      expect(await reaches(connection, 'stalled')).toBeLessThan(
        PROBE.interval + PROBE.timeout + 150,
      );
      expect(await settledWithin(1000, pending)).toBe('pending');
      expect(bare.isReady).toBe(true);
      server.resume();
      await reaches(connection, 'connected');
      expect(await connection.current().ping()).toBe('PONG');
    },
  );
});
