/** Less is the noise of reading two clocks, or a clock that is corrected gently. */
const LEAST_MS = 50;

/** Finds out by how much the wall clock was set. */
export class ClockSteps {
  #offset = offset();

  /** By how many ms since the last step that was found; 0 where it was not. */
  step(): number {
    const now = offset();
    const step = now - this.#offset;
    if (Math.abs(step) < LEAST_MS) return 0;
    this.#offset = now;
    return step;
  }
}

const offset = (): number => Date.now() - performance.now();
