/** A call to protect, and one line for it: the documents' numbers, instrumented. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPolicy } from 'cockatiel-otel/policies';

// A ticket system that is not well: it refuses two calls, then answers.
const refusals = [503, 503];
const ticketSystem = createServer((_, response) => {
  response.writeHead(refusals.shift() ?? 200).end('{"ticket":"INC0012345"}');
});
await new Promise<void>((listening) => ticketSystem.listen(0, '127.0.0.1', listening));
const url = `http://127.0.0.1:${(ticketSystem.address() as AddressInfo).port}/ticket`;

// Without overrides it would wait 2 s and 4 s, as the preset says.
const policy = createPolicy('servicenow', 'enterprise', {
  retry: { firstWaitSeconds: 0.02 },
});

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

ticketSystem.closeAllConnections();
ticketSystem.close();
