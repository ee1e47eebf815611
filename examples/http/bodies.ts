/** Which requests are sent again: what may be, and can be. */
import { createFetch } from 'cockatiel-otel/http';
import { service } from './service.ts';

let requests = 0;
const url = await service((request, response) => {
  request.resume().on('end', () => response.writeHead(++requests % 2 ? 503 : 200).end());
});

const fetch = createFetch('helix', { overrides: { retry: { firstWaitSeconds: 0.01 } } });

async function send(what: string, init: Parameters<typeof fetch>[1]) {
  requests = 0;
  const { status } = await fetch(url, init);
  console.log(`${what}: ${status} after ${requests} request${requests > 1 ? 's' : ''}`);
}

const stream = () => new Blob(['content']).stream();

await send('PUT', { method: 'PUT', body: 'content' });
await send('POST', { method: 'POST', body: 'content' });
const headers = { 'Idempotency-Key': 'a-key-of-this-order' };
await send('POST with a key', { method: 'POST', body: 'content', headers });
await send('PUT of a stream', { method: 'PUT', body: stream(), duplex: 'half' });
await send('PUT of a function', { method: 'PUT', body: stream });
