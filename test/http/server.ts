import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as the server received it; `at` is the time on the clock of `performance.now()`. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

export type Answer = (request: Seen, response: ServerResponse, nth: number) => void;

/** Answers requests with these statuses in order, and all later ones with the last status. */
export const statuses =
  (...list: readonly number[]): Answer =>
  (_, response, nth) => {
    response.writeHead(list[Math.min(nth, list.length) - 1] ?? 200).end(`answer ${nth}`);
  };

/** A real HTTP server on loopback that can be killed and started again. */
export class TestServer {
  answer: Answer;
  readonly seen: Seen[] = [];
  /** Connections opened so far. */
  connections = 0;
  readonly open = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(answer: Answer = statuses(200)) {
    this.answer = answer;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#serve(request, response));
    server.keepAliveTimeout = 60_000;
    server.on('connection', (socket) => {
      this.connections++;
      this.open.add(socket);
      socket.on('close', () => this.open.delete(socket));
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    for (const socket of this.open) socket.destroy();
    await once(server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const seen: Seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      at: performance.now(),
    };
    this.seen.push(seen);
    this.answer(seen, response, this.seen.length);
  }
}
