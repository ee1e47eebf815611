import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Problem } from '../operations/responses/problem.ts';
import type { HealthRoutes } from './health-routes.ts';

/**
 * A request handler of `node:http`.
 *
 * @example
 * const handler: NodeHandler = nodeHandler(healthRoutes());
 * createServer(handler).listen(9465);
 */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Adapts the routes to `node:http`, and to frameworks that use it: Express, Connect, Nest, Fastify, Koa.
 *
 * @example
 * app.use('/ops', nodeHandler(health)); // Express, Connect, Nest
 */
export function nodeHandler(routes: Pick<HealthRoutes, 'fetch'>): NodeHandler {
  async function respond(request: Request, env: object): Promise<Response> {
    const response = await routes.fetch(request, env);
    // Written at once: another middleware, such as one for timeouts, may respond in the meantime.
    await writeResponse(response, (env as { outgoing: ServerResponse }).outgoing);
    return RESPONSE_ALREADY_SENT;
  }
  const listener = getRequestListener(respond, {
    // Keeps the `Request` and `Response` of the service.
    overrideGlobalObjects: false,
    hostname: 'localhost',
    errorHandler: () => new Problem(400, 'The request is invalid.').response(),
  });
  return function handle(request, response) {
    if (response.headersSent) return;
    void listener(withParsedBody(request), response);
  };
}

/** Writes the response unless another one was sent. */
async function writeResponse(
  { status, headers, body }: Response,
  outgoing: ServerResponse,
): Promise<void> {
  if (outgoing.headersSent) return body?.cancel();
  outgoing.writeHead(status, Object.fromEntries(headers));
  if (body === null) outgoing.end();
  // The client may disconnect before the end.
  else await pipeline(body, outgoing).catch(() => {});
}

interface ParsedRequest {
  readonly body?: unknown;
  rawBody?: Buffer;
}

/** If a body parser has read the request, its result becomes the body. */
function withParsedBody(request: IncomingMessage & ParsedRequest): IncomingMessage {
  const { body, rawBody } = request;
  if (rawBody === undefined && request.readableDidRead && body !== undefined) {
    const isText = typeof body === 'string' || Buffer.isBuffer(body);
    request.rawBody = Buffer.from(isText ? body : JSON.stringify(body));
  }
  return request;
}
