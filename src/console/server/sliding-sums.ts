/** Sums of some counters over the last steps. */
export class SlidingSums {
  readonly sums: number[];
  /** None before the first gain. */
  #steps: Float64Array | undefined;
  readonly #width: number;
  readonly #length: number;
  #step = 0;

  /**
   * @param width how many counters
   * @param length how many steps are summed
   */
  constructor(width: number, length: number) {
    this.sums = new Array(width).fill(0);
    this.#width = width;
    this.#length = length;
  }

  /** What each has gained in the step that is over. */
  turn(gains: readonly number[]): void {
    if (this.#steps === undefined && gains.every((gain) => gain === 0)) return;
    this.#steps ??= new Float64Array(this.#width * this.#length);
    const offset = this.#step * this.#width;
    for (let index = 0; index < this.#width; index++) {
      const gain = gains[index] as number;
      const old = this.#steps[offset + index] as number;
      this.sums[index] = (this.sums[index] as number) + gain - old;
      this.#steps[offset + index] = gain;
    }
    this.#step = (this.#step + 1) % this.#length;
  }
}
