/** A viewer may be behind by so much, beyond the first message, before it is given up. */
const MOST_BEHIND = 1024 * 1024;

/** What the host knows of the connection of a viewer. */
export interface Connection {
  /** The address that it comes from. */
  readonly client?: string | undefined;
  readonly destroy?: () => unknown;
  /** Whether the server that has the connection still listens. */
  readonly isListening?: () => boolean | undefined;
}

/** One viewer: a stream that takes messages as fast as it is read, and keeps few. */
export class Viewer {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #leave: () => void;
  readonly #connection: Connection;
  #waiting: Uint8Array[] = [];
  #behind = 0;
  #most = MOST_BEHIND;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wanted: (() => void) | undefined;
  #over = false;
  #hasBegun = false;

  /** @param leave is called once, when it has gone or was given up */
  constructor(leave: () => void, connection: Connection = {}) {
    this.#leave = leave;
    this.#connection = connection;
    this.stream = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pull(),
        cancel: () => this.end(),
      },
      // What waits is kept here, where it can be thrown away.
      { highWaterMark: 0 },
    );
  }

  get client(): string {
    return this.#connection.client ?? '';
  }

  get isLeftOpen(): boolean {
    return this.#connection.isListening?.() === false;
  }

  /** @param first may be more than others, and is no reason to give up */
  begin(first: Uint8Array): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#most += first.byteLength;
    this.send(first);
  }

  /** What comes before the first message is in it. */
  send(message: Uint8Array): void {
    if (this.#over || !this.#hasBegun) return;
    if (this.#behind + message.byteLength > this.#most) {
      this.end();
      this.#connection.destroy?.();
      return;
    }
    this.#waiting.push(message);
    this.#behind += message.byteLength;
    this.#wanted?.();
  }

  /** Nothing more is sent, nor is what still waits. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#waiting = [];
    this.#wanted?.();
    try {
      this.#controller?.close();
    } catch {
      // It was cancelled.
    }
    this.#leave();
  }

  async #pull(): Promise<void> {
    if (this.#waiting.length === 0 && !this.#over) {
      await new Promise<void>((resolve) => {
        this.#wanted = resolve;
      });
      this.#wanted = undefined;
    }
    const message = this.#waiting.shift();
    if (message === undefined) return;
    this.#behind -= message.byteLength;
    this.#controller?.enqueue(message);
  }
}
