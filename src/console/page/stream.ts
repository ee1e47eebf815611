import type { SnapshotMessage, UpdateMessage } from '../protocol/messages.ts';

/** Without a message for this time, the page is marked as stale. */
const STALE_MS = 3500;
/** Without a message for this time, the page reconnects. */
const DEAD_MS = 8000;
const MAX_RECONNECT_DELAY_MS = 10_000;

const NO_RESPONSE = `No response for ${DEAD_MS / 1000} s. A proxy may buffer \`/events\`.`;

/** `denied`: reading requires the token. `closing`: the service is about to stop. */
export type Connection = 'connecting' | 'live' | 'lost' | 'closing' | 'denied';

export interface Listener {
  readonly onSnapshot: (message: SnapshotMessage) => void;
  readonly onUpdate: (message: UpdateMessage) => void;
  /** @param reason a sentence, or empty */
  readonly onConnectionChange: (connection: Connection, reason: string) => void;
}

/**
 * The stream of the service; reconnects until it succeeds. An `EventSource` cannot send a token, and
 * does not notice a connection without messages.
 */
export class Stream {
  readonly #listener: Listener;
  readonly #token: () => string;
  #connection: Connection = 'connecting';
  #reason = '';
  /** Whether a response or a message is expected. */
  #isWaiting = false;
  #lastMessageAt = performance.now();
  #reconnectDelay = 1000;
  #failures = 0;
  #abort = new AbortController();
  #timer: number | undefined;

  constructor(listener: Listener, token: () => string) {
    this.#listener = listener;
    this.#token = token;
    setInterval(() => this.#checkSilence(), 500);
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.#connection === 'lost') this.connect();
    });
  }

  /** Connects at once and drops any present connection. */
  async connect(): Promise<void> {
    clearTimeout(this.#timer);
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#lastMessageAt = performance.now();
    this.#isWaiting = true;
    const token = this.#token();
    let [connection, reason]: [Connection, string] = ['lost', ''];
    try {
      const response = await fetch('events', {
        headers: token === '' ? {} : { authorization: `Bearer ${token}` },
        signal: abort.signal,
        cache: 'no-store',
      });
      if (response.ok && response.body !== null) await this.#read(response.body);
      else [connection, reason] = await parseRejection(response, token);
    } catch {
      // The connection was refused, broke, or was aborted here.
    }
    if (this.#abort !== abort) return;
    this.#isWaiting = false;
    this.#setConnection(connection, reason);
    if (connection === 'denied') return;
    const delay = Math.min(MAX_RECONNECT_DELAY_MS, this.#reconnectDelay * 1.5 ** this.#failures++);
    this.#timer = setTimeout(() => this.connect(), delay);
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (rest + value).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) this.#handle(event);
    }
  }

  #handle(event: string): void {
    let type = '';
    let data = '';
    for (const line of event.split('\n')) {
      if (line.startsWith('event: ')) type = line.slice(7);
      else if (line.startsWith('data: ')) data += line.slice(6);
      else if (line.startsWith('retry: '))
        this.#reconnectDelay = Number(line.slice(7)) || this.#reconnectDelay;
    }
    this.#lastMessageAt = performance.now();
    this.#failures = 0;
    if (type === 'snapshot') this.#listener.onSnapshot(JSON.parse(data) as SnapshotMessage);
    else if (type === 'update') this.#listener.onUpdate(JSON.parse(data) as UpdateMessage);
    this.#setConnection('live');
  }

  #checkSilence(): void {
    const silence = performance.now() - this.#lastMessageAt;
    if (this.#connection === 'live' && silence > STALE_MS) this.#setConnection('lost');
    if (!this.#isWaiting || silence <= DEAD_MS) return;
    this.#setConnection('lost', NO_RESPONSE);
    this.connect();
  }

  #setConnection(connection: Connection, reason = ''): void {
    const isUnchanged = connection === this.#connection && reason === this.#reason;
    // A second denial is reported too, so that the user sees the result of another token.
    if (isUnchanged && connection !== 'denied') return;
    this.#connection = connection;
    this.#reason = reason;
    this.#listener.onConnectionChange(connection, reason);
  }
}

/** Interprets a response that is no stream. It may come from a proxy. */
async function parseRejection(response: Response, token: string): Promise<[Connection, string]> {
  const { status, headers } = response;
  if (status === 401 || status === 403) {
    return ['denied', token === '' ? '' : 'The service does not accept this token.'];
  }
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const body = isProblem ? ((await response.json()) as { readonly detail?: unknown }) : {};
  const detail = typeof body.detail === 'string' ? body.detail : '';
  if (status === 503 && isProblem) return ['closing', detail];
  const what = `\`/events\` responded with ${status}.`;
  return ['lost', detail === '' ? what : `${what} ${detail}`];
}
