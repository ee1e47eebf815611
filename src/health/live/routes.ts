import { type Context, Hono } from 'hono';
import type { News } from '../news.ts';
import { Problem } from '../problem.ts';
import { Audience } from './audience.ts';
import { pageOf } from './html.ts';

export interface LiveOptions {
  /** Shown in the head of the page. */
  readonly service?: string | undefined;
  /** Whether the page offers to reset, isolate and release, to whoever has the token. */
  readonly canAdminister: boolean;
  /** Who comes when there are so many is sent away. */
  readonly maxViewers: number;
  /** What just happened. */
  readonly news: News;
  /** Ends who looks, and sends away who comes then. */
  readonly signal?: AbortSignal | undefined;
}

/** What `@hono/node-server` hands on: what is closed when a viewer is given up. */
interface Bindings {
  readonly outgoing?: { destroy?(): unknown; shouldKeepAlive?: boolean };
}

/** `GET /live`, the page, and `GET /events`, what it shows. */
export function liveRoutes(options: LiveOptions): Hono {
  const { service, canAdminister, maxViewers, news, signal } = options;
  const audience = new Audience({ service, canAdminister, maxViewers, news });
  signal?.addEventListener('abort', () => audience.end(), { once: true });
  const app = new Hono();
  app.get('/live', (context) => {
    // There, the page would ask for /live/events.
    if (new URL(context.req.url).pathname.endsWith('/')) return context.redirect('../live');
    const { html, policy } = pageOf();
    return context.html(html, 200, { 'Content-Security-Policy': policy });
  });
  app.get('/events', (context) => {
    if (context.req.method === 'HEAD') return context.body(null, 200, STREAM);
    if (signal?.aborted) {
      return new Problem(503, 'These routes are closed: the service is about to end.').response();
    }
    if (audience.full) {
      const detail = `${maxViewers} viewers look at this page already, which is the most there may be.`;
      return new Problem(503, detail, {}, { 'retry-after': '10' }).response();
    }
    return context.body(watch(context, audience), 200, STREAM);
  });
  return app;
}

const STREAM = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  // nginx would hold it back.
  'X-Accel-Buffering': 'no',
};

function watch(context: Context, audience: Audience): ReadableStream<Uint8Array> {
  const { outgoing } = (context.env ?? {}) as Bindings;
  // Else a server that closes would wait for seconds for another request on this connection.
  if (outgoing) outgoing.shouldKeepAlive = false;
  const { signal } = context.req.raw;
  const viewer = audience.enter(() => outgoing?.destroy?.());
  if (signal.aborted) viewer.end();
  else signal.addEventListener('abort', () => viewer.end(), { once: true });
  return viewer.stream;
}
