import { type Context, Hono } from 'hono';
import type { EventSource } from '../../operations/events/event-feed.ts';
import { Problem } from '../../operations/responses/problem.ts';
import { Broadcast, type BroadcastOptions } from './broadcast.ts';
import { loadPage } from './page.ts';

export interface ConsoleOptions extends BroadcastOptions {
  /** The name in the header of the page. */
  readonly service: string | undefined;
  /** Whether a token is configured, so that the page offers operations. */
  readonly canAdminister: boolean;
  /** Beyond, a new viewer replaces another. */
  readonly maxViewers: number;
  readonly events: EventSource;
  /** Ends all streams, and rejects new ones. */
  readonly signal: AbortSignal;
}

/** What `@hono/node-server` passes with a request. */
interface Bindings {
  readonly incoming?: {
    /** Node sets `server` on each accepted socket, but does not document it. */
    readonly socket?: { remoteAddress?: string; server?: { listening?: boolean } };
  };
  readonly outgoing?: { destroy?(): unknown; shouldKeepAlive?: boolean };
}

/** `GET /live`, the page, and `GET /events`, its stream. */
export function consoleRoutes(options: ConsoleOptions): Hono {
  const { signal } = options;
  const broadcast = new Broadcast(options);
  signal.addEventListener('abort', () => broadcast.end(), { once: true });
  const app = new Hono();
  app.get('/live', (context) => {
    const { html, contentSecurityPolicy } = loadPage();
    return context.html(html, 200, { 'Content-Security-Policy': contentSecurityPolicy });
  });
  app.get('/events', (context) => {
    if (context.req.method === 'HEAD') return context.body(null, 200, STREAM_HEADERS);
    if (signal.aborted) {
      return new Problem(503, 'The routes are closed, because the service stops.').response();
    }
    return context.body(openStream(context, broadcast), 200, STREAM_HEADERS);
  });
  return app;
}

const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // Compression would delay messages until its buffer is full.
  'Cache-Control': 'no-cache, no-transform',
  // Turns off the buffer of nginx.
  'X-Accel-Buffering': 'no',
};

function openStream(context: Context, broadcast: Broadcast): ReadableStream<Uint8Array> {
  const { incoming, outgoing } = (context.env ?? {}) as Bindings;
  const socket = incoming?.socket;
  // Otherwise a closing server waits for another request on this connection.
  if (outgoing) outgoing.shouldKeepAlive = false;
  const { signal } = context.req.raw;
  const viewer = broadcast.addViewer({
    client: socket?.remoteAddress,
    destroy: () => outgoing?.destroy?.(),
    isListening: () => socket?.server?.listening,
  });
  if (signal.aborted) viewer.end();
  else signal.addEventListener('abort', () => viewer.end(), { once: true });
  return viewer.stream;
}
