/** A service without a web server of its own: a circuit opens, is isolated by hand, and released. */
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
    // A token for each who may change something, from where your secrets are.
    token: { alice: 'as-good-as-any-for-an-example' },
    logger: { info: log, warn: log, error: log },
  },
  { port: 0 }, // 9465, unless told otherwise; 0 is any free one
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
      authorization: 'Bearer as-good-as-any-for-an-example',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ reason: 'Workday is being upgraded' }),
  });
  console.log(response.status, await response.json());
}
await close();
