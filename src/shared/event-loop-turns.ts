/** Work yields to the event loop after this many milliseconds. */
const TURN_MS = 0.25;

/** The turns of long work: ask after each step, and wait where the turn is over. */
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
