/** A policy from a preset, instrumented under its name. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPolicy } from 'cockatiel-otel/policies';

// A server that fails twice and then responds.
const failures = [503, 503];
const server = createServer((_, response) => {
  response.writeHead(failures.shift() ?? 200).end('{"ticket":"INC0012345"}');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ticket`;

// The preset waits 2 s and 4 s; the override makes this example shorter.
const policy = createPolicy('servicenow', 'enterprise', { retry: { initialDelay: 20 } });

policy.retry?.onRetry(({ attempt, delay }) => console.log(`retry ${attempt} in ${delay} ms`));

const ticket = await policy.execute(async ({ signal }) => {
  const response = await fetch(url, { signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw Object.assign(new Error(`status ${response.status}`), { status: response.status });
  }
  return (await response.json()) as { ticket: string };
});
console.log(`got ${ticket.ticket}`);

server.closeAllConnections();
server.close();
