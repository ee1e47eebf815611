/**
 * Run it with `node --import tsx examples/connections/redis.ts` while Redis runs. Then stop Redis with
 * `kill -STOP`, let it go on with `kill -CONT`, and restart it: the connection returns each time.
 */
import { ioredis, superviseConnection } from 'cockatiel-otel/connections';
import { Redis } from 'ioredis';

const redis = new Redis(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379');
redis.on('error', () => {}); // reported by the supervisor

using cache = superviseConnection('cache', ioredis(redis), {
  onAlert: ({ name, attempts }) => console.error(`${name} is down after ${attempts} attempts`),
});
cache.onStateChange(({ state, reason }) => console.log(state, reason ?? ''));

await cache.ready();
await cache.current().set('key', 'value');
console.log(await cache.current().get('key'));
process.once('SIGINT', () => {
  cache.dispose();
  redis.disconnect();
});
await new Promise((resolve) => redis.once('end', resolve));
