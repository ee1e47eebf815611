/** A service without a web server: a circuit opens, is isolated by an operator, and released. */
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { instrument } from 'cockatiel-otel';
import { listen } from 'cockatiel-otel/health';

const breaker = instrument(
  'workday',
  circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(2) }),
);

const log = (message: string) => console.log(message);
const { url, close } = await listen(
  {
    // One token for each operator. Read it from your secret store.
    token: { alice: 'only-for-this-example' },
    logger: { info: log, warn: log, error: log },
  },
  { port: 0 }, // a free port; the default is 9465
);

for (let call = 0; call < 2; call++) {
  await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {});
}
const health = await fetch(`${url}/health`);
console.log(health.status, await health.json());

for (const action of ['isolate', 'release']) {
  const response = await fetch(`${url}/circuit-breakers/workday/${action}`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer only-for-this-example',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ reason: 'Workday is being upgraded' }),
  });
  console.log(response.status, await response.json());
}
await close();
