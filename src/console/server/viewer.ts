/** Unread bytes, beyond the first message, after which a viewer is disconnected. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** The connection of a viewer. */
export interface Connection {
  /** The address of the client. */
  readonly client?: string | undefined;
  readonly destroy?: () => unknown;
  /** Whether the server of the connection still listens. */
  readonly isListening?: () => boolean | undefined;
}

/** One viewer: a stream with a bounded queue of messages. */
export class Viewer {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #onEnd: () => void;
  readonly #connection: Connection;
  #queue: Uint8Array[] = [];
  #unreadBytes = 0;
  #maxUnreadBytes = MAX_UNREAD_BYTES;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wakeReader: (() => void) | undefined;
  #hasEnded = false;
  #hasBegun = false;

  /** @param onEnd runs once, when the stream ends or the viewer disconnects */
  constructor(onEnd: () => void, connection: Connection = {}) {
    this.#onEnd = onEnd;
    this.#connection = connection;
    this.stream = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.end(),
      },
      // Messages wait in `#queue`, where they can be dropped.
      { highWaterMark: 0 },
    );
  }

  get client(): string {
    return this.#connection.client ?? '';
  }

  get hasClosedServer(): boolean {
    return this.#connection.isListening?.() === false;
  }

  /** Sends the first message, whose size does not count for the limit. */
  begin(message: Uint8Array): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#maxUnreadBytes += message.byteLength;
    this.send(message);
  }

  /** Ignores messages before the first one, which includes them. */
  send(message: Uint8Array): void {
    if (this.#hasEnded || !this.#hasBegun) return;
    if (this.#unreadBytes + message.byteLength > this.#maxUnreadBytes) {
      this.end();
      this.#connection.destroy?.();
      return;
    }
    this.#queue.push(message);
    this.#unreadBytes += message.byteLength;
    this.#wakeReader?.();
  }

  /** Ends the stream and drops queued messages. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#queue = [];
    this.#wakeReader?.();
    try {
      this.#controller?.close();
    } catch {
      // The stream was cancelled.
    }
    this.#onEnd();
  }

  async #pull(): Promise<void> {
    if (this.#queue.length === 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
      this.#wakeReader = undefined;
    }
    const message = this.#queue.shift();
    if (message === undefined) return;
    this.#unreadBytes -= message.byteLength;
    this.#controller?.enqueue(message);
  }
}
