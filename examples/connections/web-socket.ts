/** Run it with `node --import tsx examples/connections/web-socket.ts`: it cuts its own connection. */
import { superviseConnection, webSocket } from 'cockatiel-otel/connections';
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0 });
const { port } = server.address() as { port: number };

const feed = superviseConnection(
  'feed',
  webSocket(() => new WebSocket(`ws://127.0.0.1:${port}`)),
);
feed.onStateChange(({ state, reason }) => console.log(state, reason ?? ''));

await feed.ready();
for (const client of server.clients) client.terminate();
await new Promise((resolve) => setTimeout(resolve, 1500));
(await feed.ready()).send('hello again');

const socket = feed.current();
feed.dispose();
socket.close();
server.close();
