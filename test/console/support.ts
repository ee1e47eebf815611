import type { Hono } from 'hono';
import type { Row, SnapshotMessage, UpdateMessage } from '../../src/console/protocol/messages.ts';
import type { ConsoleOptions } from '../../src/console/server/routes.ts';
import { consoleRoutes } from '../../src/console/server/routes.ts';
import { EventFeed } from '../../src/operations/events/event-feed.ts';

export function appWith(options: Partial<ConsoleOptions> = {}): Hono {
  return consoleRoutes({
    service: undefined,
    canAdminister: false,
    maxViewers: 100,
    events: new EventFeed(),
    signal: new AbortController().signal,
    ...options,
  });
}

/** A viewer of the stream. */
export class StreamReader {
  readonly response: Response;
  readonly #abort: AbortController;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';

  private constructor(response: Response, abort: AbortController) {
    if (response.body === null) throw new Error('the response has no body');
    this.response = response;
    this.#abort = abort;
    this.#reader = response.body.getReader();
  }

  /** @param env what the host passes with the request */
  static async at(app: Hono, env: object = {}): Promise<StreamReader> {
    const abort = new AbortController();
    return new StreamReader(await app.request('/events', { signal: abort.signal }, env), abort);
  }

  snapshot(): Promise<SnapshotMessage> {
    return this.#next('snapshot') as Promise<SnapshotMessage>;
  }

  update(): Promise<UpdateMessage> {
    return this.#next('update') as Promise<UpdateMessage>;
  }

  /** Closes the page. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  /** Loses the connection. */
  abort(): void {
    this.#abort.abort();
  }

  async ended(): Promise<boolean> {
    return (await this.#reader.read()).done;
  }

  async #next(event: string): Promise<unknown> {
    while (!this.#text.includes('\n\n')) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error('the stream has ended');
      this.#text += new TextDecoder().decode(value);
    }
    const end = this.#text.indexOf('\n\n');
    const message = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 2);
    const [, type, data] = /^event: (.*)\ndata: (.*)$/m.exec(message) ?? [];
    if (type !== event) throw new Error(`expected ${event}, got ${message}`);
    return JSON.parse(data ?? '');
  }
}

export function rowOf({ rows }: { readonly rows: readonly Row[] }, name: string): Row {
  const row = rows.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`expected a row for ${name}`);
  return row;
}
