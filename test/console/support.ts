import type { Hono } from 'hono';
import { unpack } from '../../src/console/protocol/encoding.ts';
import type { Full, Row, Tick } from '../../src/console/protocol/messages.ts';
import type { ConsoleOptions } from '../../src/console/server/routes.ts';
import { consoleRoutes } from '../../src/console/server/routes.ts';
import { EventFeed } from '../../src/operations/events/event-feed.ts';

export function appWith(options: Partial<ConsoleOptions> = {}): Hono {
  return consoleRoutes({
    canAdminister: false,
    maxViewers: 100,
    news: new EventFeed(),
    ...options,
  });
}

/** One who looks. */
export class Looker {
  readonly response: Response;
  readonly #abort: AbortController;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';

  private constructor(response: Response, abort: AbortController) {
    if (response.body === null) throw new Error('there is no stream');
    this.response = response;
    this.#abort = abort;
    this.#reader = response.body.getReader();
  }

  /** @param env what the host knows of the request */
  static async at(app: Hono, env: object = {}): Promise<Looker> {
    const abort = new AbortController();
    return new Looker(await app.request('/events', { signal: abort.signal }, env), abort);
  }

  full(): Promise<Full> {
    return this.#next('full') as Promise<Full>;
  }

  tick(): Promise<Tick> {
    return this.#next('tick') as Promise<Tick>;
  }

  /** Closes the tab. */
  async leave(): Promise<void> {
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
    const told = JSON.parse(data ?? '');
    return { ...told, rows: told.rows.map(unpack) };
  }
}

export function rowOf({ rows }: { readonly rows: readonly Row[] }, name: string): Row {
  const row = rows.find((each) => each.name === name);
  if (row === undefined) throw new Error(`there is no row of ${name}`);
  return row;
}
