/** A service that serves /metrics itself, beside its own routes. */
import { createServer } from 'node:http';
import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { instrument } from 'cockatiel-otel';
import { createMetrics } from 'cockatiel-otel/prometheus';

const breaker = instrument(
  'workday',
  circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) }),
);
const { handler } = await createMetrics();

const server = createServer(async (request, response) => {
  if (request.url === '/metrics') return handler(request, response);
  response.end(await breaker.execute(() => 'the service'));
});
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
