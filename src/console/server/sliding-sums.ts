/** Sums of counters over the last steps. */
export class SlidingSums {
  readonly sums: number[];
  /** Created with the first increase. */
  #steps: Float64Array | undefined;
  readonly #counterCount: number;
  readonly #stepCount: number;
  #step = 0;

  constructor(counterCount: number, stepCount: number) {
    this.sums = new Array(counterCount).fill(0);
    this.#counterCount = counterCount;
    this.#stepCount = stepCount;
  }

  /** Adds the increases of a step and drops the oldest step. */
  add(increases: readonly number[]): void {
    if (this.#steps === undefined && increases.every((increase) => increase === 0)) return;
    this.#steps ??= new Float64Array(this.#counterCount * this.#stepCount);
    const offset = this.#step * this.#counterCount;
    for (let index = 0; index < this.#counterCount; index++) {
      const increase = increases[index] as number;
      const dropped = this.#steps[offset + index] as number;
      this.sums[index] = (this.sums[index] as number) + increase - dropped;
      this.#steps[offset + index] = increase;
    }
    this.#step = (this.#step + 1) % this.#stepCount;
  }
}
