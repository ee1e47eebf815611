/** Bounds grow by a fifth, from 0.1 ms to 10 min: what is told is at most a tenth off. */
const SHORTEST = 0.0001;
const GROWTH = Math.log(1.2);
const BUCKETS = Math.ceil(Math.log(600 / SHORTEST) / GROWTH) + 1;

/** How far back percentiles look, in steps. */
export const LATENCY_STEPS = 10;

/** Durations of the last ten steps, in buckets; taking one costs a logarithm. */
export class Latency {
  readonly #all = new Uint32Array(BUCKETS);
  readonly #steps = Array.from({ length: LATENCY_STEPS }, () => new Uint32Array(BUCKETS));
  readonly #counts = new Uint32Array(LATENCY_STEPS);
  #step = 0;
  #current = this.#steps[0] as Uint32Array;
  count = 0;

  add(seconds: number): void {
    const bucket = Math.ceil(Math.log(seconds / SHORTEST) / GROWTH);
    const index = bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0;
    this.#current[index] = (this.#current[index] as number) + 1;
    this.#all[index] = (this.#all[index] as number) + 1;
    this.#counts[this.#step] = (this.#counts[this.#step] as number) + 1;
    this.count++;
  }

  /** A step is over: what is older than ten of them is forgotten. */
  turn(): void {
    this.#step = (this.#step + 1) % LATENCY_STEPS;
    this.#current = this.#steps[this.#step] as Uint32Array;
    const old = this.#counts[this.#step] as number;
    if (old === 0) return;
    this.#current.forEach((count, index) => {
      this.#all[index] = (this.#all[index] as number) - count;
    });
    this.#current.fill(0);
    this.#counts[this.#step] = 0;
    this.count -= old;
  }

  /** Seconds, in three digits; `null` where there was nothing. */
  percentile(quantile: number): number | null {
    if (this.count === 0) return null;
    const rank = quantile * this.count;
    let below = 0;
    let index = 0;
    for (; index < BUCKETS - 1; index++) {
      const here = this.#all[index] as number;
      if (below + here >= rank) break;
      below += here;
    }
    const within = (rank - below) / Math.max(1, this.#all[index] as number);
    return Number((SHORTEST * Math.exp(GROWTH * (index - 1 + within))).toPrecision(3));
  }
}
