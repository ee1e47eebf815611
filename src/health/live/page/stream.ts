import type { Full, Tick } from '../protocol.ts';
import { type Packed, unpack } from '../wire.ts';

/** Without a message for so long what is shown is old; a little later the connection is made anew. */
const STALE_MS = 3500;
const DEAD_MS = 8000;
const LONGEST_WAIT_MS = 10_000;

/** `denied`: only who has the token may read. */
export type Connection = 'connecting' | 'live' | 'lost' | 'busy' | 'denied';

export interface Listener {
  readonly full: (message: Full) => void;
  readonly tick: (message: Tick) => void;
  /** It is `live`, or no longer so. */
  readonly turned: (connection: Connection) => void;
}

/**
 * Follows the service, and connects again and again. (An `EventSource` would do most of it, but
 * can't send a token, and says nothing of a connection that has died in silence.)
 */
export class Stream {
  readonly #listener: Listener;
  readonly #token: () => string;
  #connection: Connection = 'connecting';
  #heard = performance.now();
  #wait = 1000;
  #failures = 0;
  #abort = new AbortController();
  #timer: number | undefined;

  constructor(listener: Listener, token: () => string) {
    this.#listener = listener;
    this.#token = token;
    setInterval(() => this.#watch(), 500);
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.#connection === 'lost') this.connect();
    });
  }

  /** At once, whatever was before. */
  async connect(): Promise<void> {
    clearTimeout(this.#timer);
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#heard = performance.now();
    try {
      const token = this.#token();
      const response = await fetch('events', {
        headers: token === '' ? {} : { authorization: `Bearer ${token}` },
        signal: abort.signal,
        cache: 'no-store',
      });
      if (response.status === 401 || response.status === 403) return this.#turn('denied');
      if (!response.ok || response.body === null) this.#turn('busy');
      else await this.#follow(response.body);
    } catch {
      // Refused, cut off, or given up here: all the same.
    }
    if (this.#abort !== abort) return;
    if (this.#connection !== 'busy') this.#turn('lost');
    const wait = Math.min(LONGEST_WAIT_MS, this.#wait * 1.5 ** this.#failures++);
    this.#timer = setTimeout(() => this.connect(), wait);
  }

  async #follow(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (rest + value).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) this.#take(event);
    }
  }

  #take(event: string): void {
    let type = '';
    let data = '';
    for (const line of event.split('\n')) {
      if (line.startsWith('event: ')) type = line.slice(7);
      else if (line.startsWith('data: ')) data += line.slice(6);
      else if (line.startsWith('retry: ')) this.#wait = Number(line.slice(7)) || this.#wait;
    }
    this.#heard = performance.now();
    this.#failures = 0;
    if (type === 'full') this.#listener.full(messageOf(data));
    else if (type === 'tick') this.#listener.tick(messageOf(data));
    this.#turn('live');
  }

  #watch(): void {
    const silent = performance.now() - this.#heard;
    if (this.#connection === 'live' && silent > STALE_MS) this.#turn('lost');
    if (this.#connection === 'lost' && silent > DEAD_MS) this.connect();
  }

  #turn(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#listener.turned(connection);
  }
}

function messageOf<M extends Full | Tick>(data: string): M {
  const message = JSON.parse(data) as Omit<M, 'rows'> & { readonly rows: readonly Packed[] };
  return { ...message, rows: message.rows.map(unpack) } as unknown as M;
}
