import { hostname } from 'node:os';
import type { EventSource } from '../../operations/events/event-feed.ts';
import type { FeedEvent } from '../../operations/events/feed-event.ts';
import type { Full, Tick } from '../protocol/messages.ts';
import { LATENCY_STEPS } from './latency.ts';
import { limitsFor } from './limits.ts';
import { COUNT_STEPS } from './policy-row.ts';
import { type Step, sampler } from './sampler.ts';
import { type Connection, Viewer } from './viewer.ts';

/** What a browser waits before it connects again. */
const RETRY_MS = 2000;

/** Which process it is that speaks. */
const INSTANCE = `${hostname()}:${process.pid}`;
const STARTED_AT = Math.round(performance.timeOrigin);

export interface AudienceOptions {
  readonly service: string | undefined;
  readonly canAdminister: boolean;
  readonly maxViewers: number;
  readonly news: EventSource;
}

/** The viewers of one page: what they are sent is written once. */
export class Broadcast {
  readonly #options: AudienceOptions;
  /** The oldest first. */
  readonly #viewers = new Set<Viewer>();
  #news: FeedEvent[] = [];
  #full: Promise<Uint8Array> | undefined;
  #leave: (() => void) | undefined;

  constructor(options: AudienceOptions) {
    this.#options = options;
  }

  enter(connection: Connection = {}): Viewer {
    if (this.#viewers.size >= this.#options.maxViewers) this.#makeRoom();
    const viewer = new Viewer(() => {
      this.#viewers.delete(viewer);
      if (this.#viewers.size === 0) this.#close();
    }, connection);
    if (this.#viewers.size === 0) this.#open();
    this.#viewers.add(viewer);
    this.#full ??= this.#everything();
    this.#full.then(
      (full) => viewer.begin(full),
      () => viewer.end(),
    );
    return viewer;
  }

  /** All viewers go. */
  end(): void {
    for (const viewer of this.#viewers) viewer.end();
  }

  /** Ends the oldest viewer of the client that has the most: one client can not keep all others out. */
  #makeRoom(): void {
    const clients = byClient(this.#viewers);
    const most = [...clients.values()].reduce((a, b) => (b.length > a.length ? b : a));
    most[0]?.end();
  }

  #open(): void {
    const { news } = this.#options;
    const leave = sampler.join((step) => this.#tell(step));
    const deafen = news.listen((item) => void this.#news.push(item));
    this.#leave = () => {
      leave();
      deafen();
    };
  }

  #close(): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#news = [];
    this.#full = undefined;
  }

  #tell({ changed, ...rest }: Step): void {
    const told = { ...rest, news: this.#news.splice(0) } satisfies Omit<Tick, 'rows'>;
    const message = messageOf('tick', told, { rows: changed });
    this.#full = undefined;
    for (const viewer of this.#viewers) {
      // Its server was closed, and waits for its connections.
      if (viewer.isLeftOpen) viewer.end();
      else viewer.send(message);
    }
  }

  async #everything(): Promise<Uint8Array> {
    const { service, canAdminister, news } = this.#options;
    const { rows, past, ...rest } = await sampler.everything();
    const told = {
      ...rest,
      service: service ?? null,
      instance: INSTANCE,
      startedAt: STARTED_AT,
      administration: canAdminister,
      limits: limitsFor(LATENCY_STEPS, COUNT_STEPS),
      // Those since the last step come with the next one.
      news: news.list().filter((item) => !this.#news.includes(item)),
    } satisfies Omit<Full, 'rows' | 'past'>;
    return messageOf('full', told, { rows, past }, `retry: ${RETRY_MS}\n`);
  }
}

function byClient(viewers: Iterable<Viewer>): Map<string, Viewer[]> {
  const clients = new Map<string, Viewer[]>();
  for (const viewer of viewers) {
    clients.set(viewer.client, [...(clients.get(viewer.client) ?? []), viewer]);
  }
  return clients;
}

/** @param lists whose items are JSON already */
function messageOf(
  event: string,
  told: object,
  lists: Readonly<Record<string, readonly string[]>>,
  head = '',
): Uint8Array {
  const written = Object.entries(lists).map(([key, items]) => `"${key}":[${items.join(',')}]`);
  const data = [JSON.stringify(told).slice(0, -1), ...written].join(',');
  return new TextEncoder().encode(`${head}event: ${event}\ndata: ${data}}\n\n`);
}
