/** Run it with `node --import tsx examples/connections/postgres.ts` while PostgreSQL runs. */
import { pgPool, superviseConnection } from 'cockatiel-otel/connections';
import { checkSystemHealth } from 'cockatiel-otel/health';
import { Pool } from 'pg';

const options = { connectionString: process.env['DATABASE_URL'] };
const db = superviseConnection(
  'orders-db',
  pgPool(() => new Pool(options), { writes: true }),
);

await db.ready();
console.log((await db.current().query('SELECT now()')).rows);
console.log(await checkSystemHealth({ 'orders-db': db.dependency() }));

const pool = db.current();
db.dispose();
await pool.end();
