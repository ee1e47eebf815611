/** Work yields to the event loop after this many milliseconds. */
const TURN_MS = 0.25;

/** Splits long work into turns: check `isOver` after each step, and await `next()` if it is. */
export class Turns {
  #start = performance.now();

  get isOver(): boolean {
    return performance.now() - this.#start >= TURN_MS;
  }

  async next(): Promise<void> {
    await new Promise(setImmediate);
    this.#start = performance.now();
  }
}
