/**
 * Aborts when the time is over, or when whoever asked no longer waits. (Node 20 keeps every signal of
 * `AbortSignal.any` for as long as that of the one who asked, and he may watch for days.)
 */
export class Patience {
  readonly #ending = new AbortController();
  readonly #abort = () => this.#ending.abort();
  readonly #timer: NodeJS.Timeout;
  readonly #asker: AbortSignal | undefined;

  constructor(seconds: number, asker: AbortSignal | undefined) {
    this.#timer = setTimeout(this.#abort, seconds * 1000);
    this.#asker = asker;
    asker?.addEventListener('abort', this.#abort);
    if (asker?.aborted) this.#abort();
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#asker?.removeEventListener('abort', this.#abort);
  }
}
