import { serve } from '@hono/node-server';
import { healthRoutes } from 'cockatiel-otel/health';
import { Hono } from 'hono';

const health = healthRoutes({ prefix: '/ops', token: process.env['OPS_TOKEN'] });

const app = new Hono();
app.get('/', (context) => context.text('the service'));
app.all('/ops/*', (context) => health.fetch(context.req.raw, context.env));

serve({ fetch: app.fetch, port: Number(process.env['PORT'] ?? 3000), hostname: '127.0.0.1' });
