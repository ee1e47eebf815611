// A service that uses the packed package; prints what it is scraped for.
import { ConsecutiveBreaker, circuitBreaker, handleAll, retry, wrap } from 'cockatiel';
import { instrument, snapshot } from 'cockatiel-otel';
import { startMetrics } from 'cockatiel-otel/prometheus';

const policy = instrument(
  'service',
  wrap(
    retry(handleAll, { maxAttempts: 1 }),
    circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(5) }),
  ),
);
let calls = 0;
const failOnce = () => {
  if (++calls === 1) throw new Error('once');
};
await policy.execute(failOnce);
const { url, shutdown } = await startMetrics({ port: 0 });
await policy.execute(failOnce);
const scraped = await (await fetch(url)).text();
await shutdown();
console.log(JSON.stringify({ snapshot: snapshot(), scraped }));
