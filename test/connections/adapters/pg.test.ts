import { Client, Pool, type PoolConfig } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type PgPoolOptions,
  pgClient,
  pgPool,
  superviseConnection,
} from '../../../src/connections/index.ts';
import { TestSdk } from '../../support/metrics.ts';
import { TestServer } from '../../support/servers.ts';
import { reaches, settledWithin, TIMED } from '../support/states.ts';

const PROBE = { interval: 300, timeout: 500 };

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.postgres();
});
afterEach(async () => {
  server.resume();
  await server.kill();
  await server.start();
});
afterAll(() => server.stop());

const config = () => ({
  host: '127.0.0.1',
  port: server.port,
  user: 'test',
  database: 'postgres',
});

function supervisePool(options: PgPoolOptions = {}, pool: PoolConfig = {}, name = 'orders-db') {
  const sdk = new TestSdk();
  const connection = superviseConnection(
    name,
    pgPool(() => new Pool({ ...config(), ...pool }), options),
    { probe: PROBE, initialDelay: 200, connectTimeout: 2000, meterProvider: sdk.provider },
  );
  onTestFinished(() => {
    const pool = connection.current();
    connection.dispose();
    if (!pool.ending) void pool.end().catch(() => {});
  });
  return Object.assign(connection, { sdk });
}

async function withAdmin(run: (client: Client) => Promise<unknown>): Promise<void> {
  const admin = new Client(config());
  admin.on('error', () => {});
  await admin.connect();
  await run(admin);
  await admin.end();
}

describe('a pool of pg', () => {
  it('survives a kill of the server with clients in use, seen within 100 ms', TIMED, async () => {
    const db = supervisePool();
    await db.ready();
    const client = await db.current().connect();
    const lost = reaches(db, 'stalled');
    await server.kill();
    expect(await lost).toBeLessThan(100);
    client.release();
    await server.start();
    await reaches(db, 'connected');
    expect((await db.current().query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('settles queries of a server that hangs, which pend for ever when bare', TIMED, async () => {
    const bare = new Pool(config());
    bare.on('error', () => {});
    await bare.query('SELECT 1');
    const db = supervisePool();
    await db.ready();
    await db.current().query('SELECT 1');
    server.pause();
    const pending = bare.query('SELECT 1').catch(() => {});
    const query = db
      .current()
      .query('SELECT 1')
      .then(
        () => 'answered',
        () => 'failed',
      );
    expect(await reaches(db, 'stalled')).toBeLessThan(PROBE.interval + PROBE.timeout + 250);
    expect(await settledWithin(500, query)).toBe('failed');
    expect(await settledWithin(500, pending)).toBe('pending');
    server.resume();
    await reaches(db, 'connected');
    await db.current().query('SELECT 1');
    await bare.end();
  });

  it('is replaced when it ended', async () => {
    const db = supervisePool();
    await db.ready();
    const first = db.current();
    await first.end();
    await reaches(db, 'stalled');
    await reaches(db, 'connected');
    expect(db.current()).not.toBe(first);
    await db.current().query('SELECT 1');
  });

  it('notices a server that accepts no writes, and replaces the pool once one does', async () => {
    const db = supervisePool({ writes: true });
    await db.ready();
    const first = db.current();
    const setReadOnly = (value: string) =>
      withAdmin(async (admin) => {
        await admin.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE');
        await admin.query(`ALTER SYSTEM SET default_transaction_read_only = '${value}'`);
        await admin.query('SELECT pg_reload_conf()');
      });
    await setReadOnly('on');
    onTestFinished(() => setReadOnly('off'));
    await reaches(db, 'stalled');
    expect((await db.current().query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(
      await db.sdk.value('resilience.connection.losses', {
        'resilience.connection.loss.reason': 'read_only',
      }),
    ).toBe(1);
    await setReadOnly('off');
    await reaches(db, 'connected');
    expect(db.current()).not.toBe(first);
    await db.current().query('CREATE TEMP TABLE item (id int)');
  });

  it('rejects callers that would wait for ever, counts them, and is not cut for being full', async () => {
    const bare = new Pool({ ...config(), max: 1 });
    const held = await bare.connect();
    const waiting = bare.connect();
    expect(await settledWithin(700, waiting)).toBe('pending');
    held.release();
    (await waiting).release();
    await bare.end();

    const db = supervisePool({ acquireTimeout: 500 }, { max: 2 });
    await db.ready();
    const slow = Array.from({ length: 10 }, () =>
      db
        .current()
        .query('SELECT pg_sleep(1.5)')
        .then(
          () => 'answered',
          ({ message }: Error) => message,
        ),
    );
    await settledWithin(200, Promise.all(slow));
    expect(await db.sdk.value('db.client.connection.pending_requests')).toBe(8);
    expect(
      await db.sdk.value('db.client.connection.count', { 'db.client.connection.state': 'used' }),
    ).toBe(2);
    expect(await db.sdk.value('db.client.connection.max')).toBe(2);
    const results = await Promise.all(slow);
    expect(results.filter((result) => result === 'answered')).toHaveLength(2);
    expect(await db.sdk.value('db.client.connection.timeouts')).toBe(8);
    expect(db.state).toBe('connected');
  });

  it('gets connections back that a caller leaked', async () => {
    const db = supervisePool({ leakAfter: 500 }, { max: 1 });
    await db.ready();
    await db.current().connect();
    expect((await db.current().query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    expect(db.state).toBe('connected');
  });

  it('stays apart from other pools in the metrics, and leaves them to other instrumentations', async () => {
    const sdk = new TestSdk();
    const names = ['a', 'b'];
    for (const [index, name] of names.entries()) {
      const adapter = pgPool(() => new Pool({ ...config(), max: index + 1 }));
      const connection = superviseConnection(name, adapter, { meterProvider: sdk.provider });
      onTestFinished(() => connection.dispose());
    }
    const points = await sdk.points('db.client.connection.max');
    expect(points.map(({ attributes, value }) => [attributes, value])).toEqual([
      [{ 'db.client.connection.pool.name': 'a' }, 1],
      [{ 'db.client.connection.pool.name': 'b' }, 2],
    ]);
    expect(pgPool(() => new Pool(config()), { poolMetrics: false }).stats).toBeUndefined();
  });
});

describe('a client of pg', () => {
  it('is replaced when the server was killed', TIMED, async () => {
    const db = superviseConnection(
      'listener',
      pgClient(() => new Client(config())),
      {
        probe: PROBE,
        initialDelay: 200,
      },
    );
    onTestFinished(() => db.dispose());
    expect(() => db.current()).toThrow('await `ready()` first');
    const first = await db.ready();
    const lost = reaches(db, 'stalled');
    await server.kill();
    expect(await lost).toBeLessThan(100);
    await server.start();
    await reaches(db, 'connected');
    expect(db.current()).not.toBe(first);
    await db.current().query('SELECT 1');
    server.pause();
    await reaches(db, 'stalled');
    server.resume();
    await reaches(db, 'connected');
    await db.current().end();
    await reaches(db, 'connected');
  });
});

it('rejects invalid arguments', () => {
  expect(() => pgPool('pool' as never)).toThrow('Expected `create` to be a function, got "pool"');
  expect(() => pgPool(() => ({}) as Pool)).toThrow('`create()` to have a method `connect`');
  expect(() => pgPool(() => new Pool(), { leakAfter: -1 })).toThrow('`options.leakAfter`');
  expect(() => pgClient(() => new Client(), { write: true } as object)).toThrow('`write`');
});
