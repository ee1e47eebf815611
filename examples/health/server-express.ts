import { healthRoutes, nodeHandler } from 'cockatiel-otel/health';
import express from 'express';

const health = healthRoutes({ token: process.env['OPS_TOKEN'] });

const app = express();
app.use('/ops', nodeHandler(health)); // Express removes the prefix
app.use(express.json());
app.get('/', (_request, response) => response.send('the service'));
app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
