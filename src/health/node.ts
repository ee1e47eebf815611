import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Problem } from './problem.ts';
import type { HealthRoutes } from './routes.ts';

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The routes for `node:http`, and for what is built on it: Express, Connect, Nest, Fastify, Koa.
 *
 * @example
 * app.use('/ops', nodeHandler(health)); // Express, Connect, Nest
 */
export function nodeHandler(routes: Pick<HealthRoutes, 'fetch'>): NodeHandler {
  async function answer(request: Request, env: { outgoing: { headersSent: boolean } }) {
    const answered = await routes.fetch(request, env);
    // Another middleware, such as one for timeouts, has answered in the meantime.
    if (!env.outgoing.headersSent) return answered;
    await answered.body?.cancel();
    return RESPONSE_ALREADY_SENT;
  }
  const listener = getRequestListener(answer, {
    // Those of the service stay what they are.
    overrideGlobalObjects: false,
    hostname: 'localhost',
    errorHandler: () => new Problem(400, 'The request could not be understood.').response(),
  });
  return function handle(request, response) {
    if (response.headersSent) return;
    void listener(parsedBefore(request), response);
  };
}

interface Parsed {
  readonly body?: unknown;
  rawBody?: Buffer;
}

/** A parser that came before has left what it read on the request; then that is the body. */
function parsedBefore(request: IncomingMessage & Parsed): IncomingMessage {
  const { body, rawBody } = request;
  if (rawBody === undefined && request.readableDidRead && body !== undefined) {
    const isText = typeof body === 'string' || Buffer.isBuffer(body);
    request.rawBody = Buffer.from(isText ? body : JSON.stringify(body));
  }
  return request;
}
