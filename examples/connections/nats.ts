/** Run it with `node --import tsx examples/connections/nats.ts` while nats-server runs. */
import { nats, superviseConnection } from 'cockatiel-otel/connections';
import { connect } from 'nats';

const servers = process.env['NATS_URL'] ?? 'nats://127.0.0.1:4222';
const bus = superviseConnection(
  'bus',
  nats(() => connect({ servers })),
);

const connection = await bus.ready();
connection.publish('orders.created', '{"id":1}');
await connection.flush();

bus.dispose();
await connection.close();
