import { connect } from 'nats';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { nats, superviseConnection } from '../../../src/connections/index.ts';
import { TestServer } from '../../support/servers.ts';
import { reaches, settledWithin, TIMED } from '../support/states.ts';

const PROBE = { interval: 300, timeout: 300 };

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.nats();
});
afterEach(() => server.stop());

const open = () =>
  connect({
    servers: `127.0.0.1:${server.port}`,
    maxReconnectAttempts: 2,
    reconnectTimeWait: 200,
    timeout: 1000,
  });

async function supervise() {
  const connection = superviseConnection('bus', nats(open), {
    probe: PROBE,
    initialDelay: 200,
    connectTimeout: 1500,
  });
  onTestFinished(async () => {
    connection.dispose();
    await connection.current().close();
  });
  await connection.ready();
  return connection;
}

it(
  'closes for good after its attempts when bare, and is replaced when supervised',
  TIMED,
  async () => {
    const bare = await open();
    const connection = await supervise();
    const first = connection.current();
    const lost = reaches(connection, 'reconnecting');
    await server.kill();
    expect(await lost).toBeLessThan(100);
    await bare.closed();
    await reaches(connection, 'stalled');
    await server.start();
    await reaches(connection, 'connected');
    expect(bare.isClosed()).toBe(true);
    expect(connection.current()).not.toBe(first);
    await connection.current().flush();
  },
);

it('reconnects by itself while it has attempts', async () => {
  const connection = await supervise();
  const first = connection.current();
  const lost = reaches(connection, 'reconnecting');
  await server.kill();
  await lost;
  await server.start();
  await reaches(connection, 'connected');
  expect(connection.current()).toBe(first);
});

it(
  'notices a server that hangs, which leaves a bare connection waiting, and heals',
  TIMED,
  async () => {
    const bare = await open();
    const connection = await supervise();
    server.pause();
    expect(await reaches(connection, 'stalled', 'reconnecting')).toBeLessThan(850);
    expect(await settledWithin(1000, bare.flush())).toBe('pending');
    server.resume();
    await reaches(connection, 'connected');
    await connection.current().flush();
    await bare.close();
  },
);

it('rejects a connection instead of a function', async () => {
  const connection = await open();
  expect(() => nats(connection as never)).toThrow(
    'Expected `create` to be a function, got an object',
  );
  await connection.close();
});
