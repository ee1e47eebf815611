import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Problem } from '../operations/http/problem.ts';
import type { HealthRoutes } from './health-routes.ts';

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The routes for `node:http`, and for what is built on it: Express, Connect, Nest, Fastify, Koa.
 *
 * @example
 * app.use('/ops', nodeHandler(health)); // Express, Connect, Nest
 */
export function nodeHandler(routes: Pick<HealthRoutes, 'fetch'>): NodeHandler {
  async function answer(request: Request, env: object): Promise<Response> {
    const answered = await routes.fetch(request, env);
    // Written here and at once, as another middleware, such as one for timeouts, may answer meanwhile.
    await write(answered, (env as { outgoing: ServerResponse }).outgoing);
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

/** Where an answer was sent before, it stays. */
async function write({ status, headers, body }: Response, outgoing: ServerResponse): Promise<void> {
  if (outgoing.headersSent) return body?.cancel();
  outgoing.writeHead(status, Object.fromEntries(headers));
  if (body === null) outgoing.end();
  // The client may go before the end.
  else await pipeline(body, outgoing).catch(() => {});
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
