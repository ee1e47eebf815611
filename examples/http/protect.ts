/** Calls are retried, and the circuit opens when retries do not help. */
import { CircuitOpenError, createFetch } from 'cockatiel-otel/http';
import { service } from './service.ts';

let requests = 0;
let healthy = false;
const url = await service((_, response) => {
  requests++;
  // Unavailable at first, and asks to be called again after 50 ms.
  response.writeHead(healthy ? 200 : 503, { 'retry-after': '0.05' }).end('INC0012345');
});

const fetch = createFetch('servicenow', {
  preset: 'enterprise',
  // Short delays, so that the example ends soon.
  overrides: { retry: { initialDelay: 10 }, circuitBreaker: { halfOpenAfter: 500 } },
});

for (let call = 1; call <= 5; call++) {
  const { status } = await fetch(`${url}/incident`);
  console.log(`call ${call}: ${status} after ${requests} requests`);
}
try {
  await fetch(`${url}/incident`);
} catch (error) {
  if (!(error instanceof CircuitOpenError)) throw error;
  console.log(`call 6: the circuit of ${error.policyName} is open, ${requests} requests as before`);
  healthy = true;
  await new Promise((resolve) => setTimeout(resolve, Number(error.retryAt) - Date.now() + 5));
}
const response = await fetch(`${url}/incident`);
console.log(`call 7: ${response.status} ${await response.text()}`);
