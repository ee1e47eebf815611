import { Client, type ClientConfig, Pool } from 'pg';
import { afterAll, beforeAll, it } from 'vitest';
import { TestServer } from '../../support/servers.ts';
import {
  type Case,
  COUNTED,
  expectOutcomes,
  hangUpPort,
  IGNORED,
  Link,
  RETRIED,
  refusedPort,
  stalledPort,
} from './support.ts';

let server: TestServer;
/** Takes few connections, and is shut down by the last test. */
let small: TestServer;
const MOST_CONNECTIONS = 3;
beforeAll(async () => {
  server = await TestServer.postgres();
  small = await TestServer.postgres({
    max_connections: MOST_CONNECTIONS,
    superuser_reserved_connections: 0,
    max_wal_senders: 0,
  });
});
afterAll(async () => {
  await server.stop();
  await small.stop();
});

const optionsFor = (port: number) => ({
  host: '127.0.0.1',
  port,
  user: 'test',
  database: 'postgres',
});

async function connected(port: number, options: ClientConfig = {}): Promise<Client> {
  const client = new Client({ ...optionsFor(port), connectionTimeoutMillis: 1000, ...options });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** A call of a client of its own. */
const callTo =
  (
    port: number,
    query: string,
    { during, ...options }: ClientConfig & { during?: (pid: number) => void } = {},
  ) =>
  async () => {
    const client = await connected(port, options);
    try {
      const { rows } = await client.query('select pg_backend_pid() as pid');
      const answer = client.query(query);
      during?.(rows[0].pid);
      return await answer;
    } finally {
      client.end().catch(() => {});
    }
  };

it('classifies the errors of pg', async () => {
  const { port } = server;
  const admin = await connected(port);
  const holder = await connected(port);
  await admin.query('create table item (id int primary key, name text not null)');
  await admin.query(`insert into item values (1, 'a')`);
  await holder.query('begin; lock table item');
  const link = await Link.to(port);
  const query = (text: string, options?: Parameters<typeof callTo>[2]) =>
    callTo(port, text, options);
  const cases: Record<string, Case> = {
    refused: [callTo(await refusedPort(), 'select 1'), /ECONNREFUSED/, RETRIED],
    'hung up': [callTo(await hangUpPort(), 'select 1'), /terminated unexpectedly/, RETRIED],
    'hung up in a query': [
      callTo(link.port, 'select pg_sleep(5)', { during: () => setTimeout(() => link.cut(), 50) }),
      /terminated unexpectedly/,
      RETRIED,
    ],
    stalled: [
      callTo(await stalledPort(), 'select 1', { connectionTimeoutMillis: 200 }),
      /timeout expired/,
      RETRIED,
    ],
    'not answered': [
      query('select pg_sleep(5)', { query_timeout: 200 }),
      /Query read timeout/,
      RETRIED,
    ],
    'statement timeout': [
      query('select pg_sleep(5)', { statement_timeout: 200 }),
      /57014/,
      RETRIED,
    ],
    terminated: [
      query('select pg_sleep(5)', {
        during: (pid: number) => void admin.query('select pg_terminate_backend($1)', [pid]),
      }),
      /57P01/,
      RETRIED,
    ],
    locked: [query('begin; lock table item nowait'), /55P03/, RETRIED],
    syntax: [query('selekt 1'), /42601/, IGNORED],
    'unknown table': [query('select * from nothing'), /42P01/, IGNORED],
    'wrong data': [query(`select 'x'::int`), /22P02/, IGNORED],
    'unknown database': [query('select 1', { database: 'none' }), /3D000/, IGNORED],
    'unknown user': [query('select 1', { user: 'nobody' }), /28000/, IGNORED],
    raised: [query(`do $$ begin raise exception 'no'; end $$`), /P0001/, IGNORED],
    internal: [
      query(`do $$ begin raise exception using errcode = 'XX000'; end $$`),
      /XX000/,
      COUNTED,
    ],
  };
  await expectOutcomes('database', cases);
  await holder.query('rollback');

  await expectOutcomes('database', {
    duplicate: [query(`insert into item values (1, 'b')`), /23505/, IGNORED],
    'not null': [query('insert into item values (2, null)'), /23502/, IGNORED],
    serialization: [() => conflict(port), /40001/, RETRIED],
  });
  await admin.end();
  await holder.end();
});

/** Two transactions that change the same row. */
async function conflict(port: number): Promise<unknown> {
  const [one, second] = [await connected(port), await connected(port)];
  try {
    await one.query('begin isolation level repeatable read');
    await one.query('select * from item');
    await second.query(`update item set name = name || '.' where id = 1`);
    return await one.query(`update item set name = 'c' where id = 1`);
  } finally {
    await one.end();
    await second.end();
  }
}

it('classifies the errors of a pool of pg', async () => {
  const pooled = (port: number) => async () => {
    const pool = new Pool({ ...optionsFor(port), max: 1, connectionTimeoutMillis: 200 });
    pool.on('error', () => {});
    const first = pool.connect();
    try {
      await first;
      return await pool.query('select 1');
    } finally {
      await first.then(
        (client) => client.release(),
        () => {},
      );
      await pool.end();
    }
  };
  await expectOutcomes('database', {
    stalled: [pooled(await stalledPort()), /due to connection timeout/, RETRIED],
    'all connections taken': [pooled(server.port), /timeout exceeded when trying/, RETRIED],
  });
});

it('classifies the errors of pg where the server takes no more connections', async () => {
  const clients: Client[] = [];
  while (clients.length < MOST_CONNECTIONS) clients.push(await connected(small.port));
  await expectOutcomes('database', {
    'too many': [callTo(small.port, 'select 1'), /53300/, RETRIED],
  });
  const [last, ...others] = clients;
  for (const client of others) await client.end();
  small.shutDown();
  await expectOutcomes('database', {
    'shutting down': [callTo(small.port, 'select 1'), /57P03/, RETRIED],
  });
  await last?.end();
});
