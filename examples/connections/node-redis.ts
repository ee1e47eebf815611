/** Run it with `node --import tsx examples/connections/node-redis.ts` while Redis runs. */
import { nodeRedis, superviseConnection } from 'cockatiel-otel/connections';
import { createClient } from 'redis';

const client = createClient({ url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379' });
client.on('error', () => {}); // reported by the supervisor

const cache = superviseConnection('cache', nodeRedis(client));
await cache.ready(); // connects the client
console.log(await cache.current().ping());

cache.dispose();
await client.close();
