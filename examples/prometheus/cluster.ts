/** Two workers of a cluster share the port of the service, and have an endpoint each. */
import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { instrument } from 'cockatiel-otel';
import { startMetrics } from 'cockatiel-otel/prometheus';

const WORKERS = 2;
const FIRST_METRICS_PORT = Number(process.env['METRICS_PORT'] ?? 9464);

if (cluster.isPrimary) {
  for (let instance = 0; instance < WORKERS; instance++) {
    cluster.fork({ INSTANCE: String(instance) });
  }
} else {
  const instance = Number(process.env['INSTANCE']);
  const { url } = await startMetrics({ port: FIRST_METRICS_PORT + instance });
  console.log(`worker ${instance}: ${url}`);

  const breaker = instrument(
    'workday',
    circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) }),
  );
  createServer(async (_request, response) => {
    response.end(await breaker.execute(() => 'the service'));
  }).listen(Number(process.env['PORT'] ?? 3000));
}
