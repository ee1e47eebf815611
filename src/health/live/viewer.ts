/** A viewer may be behind by so much, beyond the first message, before it is given up. */
const MOST_BEHIND = 1024 * 1024;

/** One who looks: a stream that takes messages as fast as it is read, and keeps few. */
export class Viewer {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #leave: () => void;
  readonly #destroy: () => void;
  #waiting: Uint8Array[] = [];
  #behind = 0;
  #most = MOST_BEHIND;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wanted: (() => void) | undefined;
  #over = false;

  /**
   * @param leave is called once, when it has gone or was given up
   * @param destroy closes the connection, where that is known
   */
  constructor(leave: () => void, destroy: () => void = () => {}) {
    this.#leave = leave;
    this.#destroy = destroy;
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

  /** @param first more than any other, and so no reason to give up */
  send(message: Uint8Array, first = false): void {
    if (this.#over) return;
    if (first) this.#most += message.byteLength;
    if (this.#behind + message.byteLength > this.#most) {
      this.end();
      this.#destroy();
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
