import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Problem } from './problem.ts';
import type { HealthRoutes } from './routes.ts';
import { SENDS_TEXT, TextResponse } from './text-response.ts';

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The routes for `node:http`, and for what is built on it: Express, Connect, Nest, Fastify, Koa.
 *
 * @example
 * app.use('/ops', nodeHandler(health)); // Express, Connect, Nest
 */
export function nodeHandler(routes: Pick<HealthRoutes, 'fetch'>): NodeHandler {
  async function answer(request: Request, env: object): Promise<Response> {
    const answered = await routes.fetch(request, { ...env, [SENDS_TEXT]: true });
    if (!(answered instanceof TextResponse && answered.untouched)) return answered;
    const { outgoing } = env as { outgoing: ServerResponse };
    const { content, status, headers } = answered;
    outgoing.writeHead(status, {
      ...Object.fromEntries(headers),
      'content-length': Buffer.byteLength(content),
    });
    outgoing.end(content);
    return RESPONSE_ALREADY_SENT;
  }
  const listener = getRequestListener(answer, {
    // Those of the service stay what they are.
    overrideGlobalObjects: false,
    hostname: 'localhost',
    errorHandler: () => new Problem(400, 'The request could not be understood.').response(),
  });
  return function handle(request, response) {
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
