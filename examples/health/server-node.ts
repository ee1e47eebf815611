import { createServer } from 'node:http';
import { healthRoutes, nodeHandler } from 'cockatiel-otel/health';

const health = healthRoutes({ prefix: '/ops', token: process.env['OPS_TOKEN'] });
const handle = nodeHandler(health);

const server = createServer((request, response) => {
  if (request.url?.startsWith('/ops/')) handle(request, response);
  else response.end('the service');
});
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
