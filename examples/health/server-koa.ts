import { healthRoutes, nodeHandler } from 'cockatiel-otel/health';
import Koa from 'koa';

const health = healthRoutes({ prefix: '/ops', token: process.env['OPS_TOKEN'] });
const handle = nodeHandler(health);

const app = new Koa();
app.use((context, next) => {
  if (!context.path.startsWith('/ops/')) return next();
  context.respond = false; // the routes respond
  handle(context.req, context.res);
});
app.use((context) => {
  context.body = 'the service';
});
app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
