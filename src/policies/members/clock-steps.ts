/** Smaller differences are noise, or a clock that is adjusted slowly. */
const MIN_STEP_MS = 50;

/** Detects by how much the wall clock was set. */
export class ClockSteps {
  #offset = wallClockOffset();

  /** Milliseconds by which the wall clock was set since the last call; 0 if it was not set. */
  step(): number {
    const offset = wallClockOffset();
    const step = offset - this.#offset;
    if (Math.abs(step) < MIN_STEP_MS) return 0;
    this.#offset = offset;
    return step;
  }
}

const wallClockOffset = (): number => Date.now() - performance.now();
