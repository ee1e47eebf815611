import { type Packed, unpack } from '../protocol/encoding.ts';
import type { Full, Tick } from '../protocol/messages.ts';

/** Without a message for so long what is shown is old; a little later the connection is made anew. */
const STALE_MS = 3500;
const DEAD_MS = 8000;
const LONGEST_WAIT_MS = 10_000;

const NO_ANSWER = `No answer for ${DEAD_MS / 1000} s; does a proxy hold back \`/events\`?`;

/** `denied`: only who has the token may read. `busy`: the service is about to end. */
export type Connection = 'connecting' | 'live' | 'lost' | 'busy' | 'denied';

export interface Listener {
  readonly full: (message: Full) => void;
  readonly tick: (message: Tick) => void;
  /**
   * It is `live`, or no longer so.
   *
   * @param why a sentence, where more is known
   */
  readonly turned: (connection: Connection, why: string) => void;
}

/**
 * Follows the service, and connects again and again. (An `EventSource` would do most of it, but
 * can't send a token, and says nothing of a connection that has died in silence.)
 */
export class Stream {
  readonly #listener: Listener;
  readonly #token: () => string;
  #connection: Connection = 'connecting';
  #why = '';
  /** Whether an answer, or the next message, is under way. */
  #waiting = false;
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
    this.#waiting = true;
    const token = this.#token();
    let [connection, why]: [Connection, string] = ['lost', ''];
    try {
      const response = await fetch('events', {
        headers: token === '' ? {} : { authorization: `Bearer ${token}` },
        signal: abort.signal,
        cache: 'no-store',
      });
      if (response.ok && response.body !== null) await this.#follow(response.body);
      else [connection, why] = await refusal(response, token);
    } catch {
      // Refused, cut off, or given up here: all the same.
    }
    if (this.#abort !== abort) return;
    this.#waiting = false;
    this.#turn(connection, why);
    if (connection === 'denied') return;
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
    if (!this.#waiting || silent <= DEAD_MS) return;
    this.#turn('lost', NO_ANSWER);
    this.connect();
  }

  #turn(connection: Connection, why = ''): void {
    // Who is denied once more has to see that something came of it.
    const same = connection === this.#connection && why === this.#why;
    if (same && connection !== 'denied') return;
    this.#connection = connection;
    this.#why = why;
    this.#listener.turned(connection, why);
  }
}

/** What an answer means that is no stream; it may be of a proxy in between. */
async function refusal(response: Response, token: string): Promise<[Connection, string]> {
  const { status, headers } = response;
  if (status === 401 || status === 403) {
    return ['denied', token === '' ? '' : 'The service does not take this token.'];
  }
  const ours = headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const answer = ours ? ((await response.json()) as { readonly detail?: unknown }) : {};
  const detail = typeof answer.detail === 'string' ? answer.detail : '';
  if (status === 503 && ours) return ['busy', detail];
  const what = `\`/events\` answered ${status}.`;
  return ['lost', detail === '' ? what : `${what} ${detail}`];
}

function messageOf<M extends Full | Tick>(data: string): M {
  const message = JSON.parse(data) as Omit<M, 'rows'> & { readonly rows: readonly Packed[] };
  return { ...message, rows: message.rows.map(unpack) } as unknown as M;
}
