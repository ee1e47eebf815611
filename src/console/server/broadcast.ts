import { hostname } from 'node:os';
import type { EventSource } from '../../operations/events/event-feed.ts';
import type { FeedEvent } from '../../operations/events/feed-event.ts';
import type { SnapshotMessage, UpdateMessage } from '../protocol/messages.ts';
import { resolveLimits } from './limits.ts';
import { COUNT_STEPS } from './policy-row.ts';
import { LATENCY_STEPS } from './recent-latency.ts';
import { type Step, sampler } from './sampler.ts';
import { type Connection, Viewer } from './viewer.ts';

/** Time that a browser waits before it reconnects. */
const RETRY_MS = 2000;

const INSTANCE = `${hostname()}:${process.pid}`;
const STARTED_AT = Math.round(performance.timeOrigin);

export interface BroadcastOptions {
  readonly service: string | undefined;
  readonly canAdminister: boolean;
  readonly maxViewers: number;
  readonly events: EventSource;
}

/** The viewers of one page. Each message is serialized once for all of them. */
export class Broadcast {
  readonly #options: BroadcastOptions;
  /** The oldest first. */
  readonly #viewers = new Set<Viewer>();
  /** Events since the last step. */
  #newEvents: FeedEvent[] = [];
  #snapshot: Promise<Uint8Array> | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(options: BroadcastOptions) {
    this.#options = options;
  }

  addViewer(connection: Connection = {}): Viewer {
    if (this.#viewers.size >= this.#options.maxViewers) this.#removeViewer();
    const viewer = new Viewer(() => {
      this.#viewers.delete(viewer);
      if (this.#viewers.size === 0) this.#stop();
    }, connection);
    if (this.#viewers.size === 0) this.#start();
    this.#viewers.add(viewer);
    this.#snapshot ??= this.#createSnapshot();
    this.#snapshot.then(
      (snapshot) => viewer.begin(snapshot),
      () => viewer.end(),
    );
    return viewer;
  }

  /** Ends the streams of all viewers. */
  end(): void {
    for (const viewer of this.#viewers) viewer.end();
  }

  /** Removes the oldest viewer of the client that has the most, so that no client blocks the others. */
  #removeViewer(): void {
    const viewersByClient = [...groupByClient(this.#viewers).values()];
    const largest = viewersByClient.reduce((a, b) => (b.length > a.length ? b : a));
    largest[0]?.end();
  }

  #start(): void {
    const leaveSampler = sampler.subscribe((step) => this.#sendUpdate(step));
    const leaveEvents = this.#options.events.subscribe((event) => void this.#newEvents.push(event));
    this.#unsubscribe = () => {
      leaveSampler();
      leaveEvents();
    };
  }

  #stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#newEvents = [];
    this.#snapshot = undefined;
  }

  #sendUpdate({ changedRows, ...fields }: Step): void {
    const message = { ...fields, events: this.#newEvents.splice(0) } satisfies Omit<
      UpdateMessage,
      'rows'
    >;
    const bytes = serialize('update', message, { rows: changedRows });
    this.#snapshot = undefined;
    for (const viewer of this.#viewers) {
      // A closed server waits for its connections to end.
      if (viewer.hasClosedServer) viewer.end();
      else viewer.send(bytes);
    }
  }

  async #createSnapshot(): Promise<Uint8Array> {
    const { service, canAdminister, events } = this.#options;
    const { rows, history, ...fields } = await sampler.readAll();
    const message = {
      ...fields,
      service: service ?? null,
      instance: INSTANCE,
      startedAt: STARTED_AT,
      canAdminister,
      limits: resolveLimits(LATENCY_STEPS, COUNT_STEPS),
      // The next update has the events since the last step.
      events: events.list().filter((event) => !this.#newEvents.includes(event)),
    } satisfies Omit<SnapshotMessage, 'rows' | 'history'>;
    return serialize('snapshot', message, { rows, history }, `retry: ${RETRY_MS}\n`);
  }
}

function groupByClient(viewers: Iterable<Viewer>): Map<string, Viewer[]> {
  const groups = new Map<string, Viewer[]>();
  for (const viewer of viewers) {
    groups.set(viewer.client, [...(groups.get(viewer.client) ?? []), viewer]);
  }
  return groups;
}

/**
 * Serializes a server-sent event.
 *
 * @param lists further members, whose items are JSON already
 */
function serialize(
  type: string,
  message: object,
  lists: Readonly<Record<string, readonly string[]>>,
  head = '',
): Uint8Array {
  const members = Object.entries(lists).map(([key, items]) => `"${key}":[${items.join(',')}]`);
  const data = [JSON.stringify(message).slice(0, -1), ...members].join(',');
  return new TextEncoder().encode(`${head}event: ${type}\ndata: ${data}}\n\n`);
}
