import { healthRoutes, nodeHandler } from 'cockatiel-otel/health';
import fastify from 'fastify';

const health = healthRoutes({ prefix: '/ops', token: process.env['OPS_TOKEN'] });
const handle = nodeHandler(health);

const app = fastify();
app.register(async (ops) => {
  // The routes read the body themselves.
  ops.removeAllContentTypeParsers();
  ops.addContentTypeParser('*', (_request, _body, done) => done(null));
  ops.all('/ops/*', (request, reply) => {
    reply.hijack();
    handle(request.raw, reply.raw);
  });
});
app.get('/', async () => 'the service');
await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
