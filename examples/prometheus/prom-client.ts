/** A service that has prom-client already: both pages are served as one. */
import { createServer } from 'node:http';
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { instrument } from 'cockatiel-otel';
import { createMetrics } from 'cockatiel-otel/prometheus';
import promClient from 'prom-client';

const orders = new promClient.Counter({ name: 'orders_total', help: 'Orders.' });
const breaker = instrument(
  'workday',
  circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) }),
);
const metrics = await createMetrics();

const server = createServer(async (request, response) => {
  if (request.url === '/metrics') {
    const page = (await promClient.register.metrics()) + (await metrics.collect());
    response.setHeader('content-type', metrics.contentType).end(page);
    return;
  }
  orders.inc();
  response.end(await breaker.execute(() => 'the service'));
});
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
