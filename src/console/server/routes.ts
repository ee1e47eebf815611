import { type Context, Hono } from 'hono';
import type { EventSource } from '../../operations/events/event-feed.ts';
import { Problem } from '../../operations/http/problem.ts';
import { Broadcast } from './broadcast.ts';
import { pageOf } from './page.ts';

export interface ConsoleOptions {
  /** Shown in the head of the page. */
  readonly service?: string | undefined;
  /** Whether the page offers to reset, isolate and release, to whoever has the token. */
  readonly canAdminister: boolean;
  /** Beyond, a new one takes the place of another. */
  readonly maxViewers: number;
  /** What just happened. */
  readonly news: EventSource;
  /** Ends who looks, and sends away who comes then. */
  readonly signal?: AbortSignal | undefined;
}

/** What `@hono/node-server` hands on. */
interface Bindings {
  readonly incoming?: {
    /** Node has the server on each socket that it accepted, and does not document it. */
    readonly socket?: { remoteAddress?: string; server?: { listening?: boolean } };
  };
  readonly outgoing?: { destroy?(): unknown; shouldKeepAlive?: boolean };
}

/** `GET /live`, the page, and `GET /events`, what it shows. */
export function consoleRoutes(options: ConsoleOptions): Hono {
  const { service, canAdminister, maxViewers, news, signal } = options;
  const audience = new Broadcast({ service, canAdminister, maxViewers, news });
  signal?.addEventListener('abort', () => audience.end(), { once: true });
  const app = new Hono();
  app.get('/live', (context) => {
    const { html, policy } = pageOf();
    return context.html(html, 200, { 'Content-Security-Policy': policy });
  });
  app.get('/events', (context) => {
    if (context.req.method === 'HEAD') return context.body(null, 200, STREAM);
    if (signal?.aborted) {
      return new Problem(503, 'These routes are closed: the service is about to end.').response();
    }
    return context.body(watch(context, audience), 200, STREAM);
  });
  return app;
}

const STREAM = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // A compressing middleware or proxy would hold messages back until it has enough of them.
  'Cache-Control': 'no-cache, no-transform',
  // nginx would buffer it.
  'X-Accel-Buffering': 'no',
};

function watch(context: Context, audience: Broadcast): ReadableStream<Uint8Array> {
  const { incoming, outgoing } = (context.env ?? {}) as Bindings;
  const socket = incoming?.socket;
  // Else a server that closes would wait for seconds for another request on this connection.
  if (outgoing) outgoing.shouldKeepAlive = false;
  const { signal } = context.req.raw;
  const viewer = audience.enter({
    client: socket?.remoteAddress,
    destroy: () => outgoing?.destroy?.(),
    isListening: () => socket?.server?.listening,
  });
  if (signal.aborted) viewer.end();
  else signal.addEventListener('abort', () => viewer.end(), { once: true });
  return viewer.stream;
}
