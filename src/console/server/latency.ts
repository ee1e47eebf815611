import { LIMITS } from '../../presets/thresholds.ts';

/** Bounds grow by a fifth; the middle of a bucket, which is told, is at most a tenth off. */
const GROWTH = Math.log(1.2);

/** From 0.1 ms to 10 min. The documented limit is a bound, so that nothing is put on its other side. */
const BOUNDS_BELOW_LIMIT = Math.round(Math.log(LIMITS.latency.seconds / 0.0001) / GROWTH);
const SHORTEST = LIMITS.latency.seconds / Math.exp(GROWTH * BOUNDS_BELOW_LIMIT);
const BUCKETS = Math.ceil(Math.log(600 / SHORTEST) / GROWTH) + 1;

/** What lies on a bound is in the bucket below, whatever the logarithm makes of its last digit. */
const NOISE = 1e-9;

/** How far back percentiles look, in steps. */
export const LATENCY_STEPS = 10;

/** And the one that is not over yet. */
const SLOTS = LATENCY_STEPS + 1;

/** Durations of the last ten steps, in buckets; taking one costs a logarithm and one place in memory. */
export class Latency {
  /** Buckets of the steps that are over, then those of each step; none before the first duration. */
  #buckets: Uint32Array | undefined;
  readonly #counts = new Array<number>(SLOTS).fill(0);
  #step = 0;
  /** Where the buckets of the current step begin. */
  #current = BUCKETS;
  /** Of the steps that are over. */
  count = 0;

  add(seconds: number): void {
    const bucket = Math.ceil(Math.log(seconds / SHORTEST) / GROWTH - NOISE);
    const index = this.#current + (bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0);
    this.#buckets ??= new Uint32Array((1 + SLOTS) * BUCKETS);
    this.#buckets[index] = (this.#buckets[index] as number) + 1;
  }

  /** A step is over: it counts from now on, and what is older than ten of them no longer. */
  turn(): void {
    const all = this.#buckets;
    if (all === undefined) return;
    let gained = 0;
    for (let index = 0; index < BUCKETS; index++) {
      const count = all[this.#current + index] as number;
      if (count === 0) continue;
      gained += count;
      all[index] = (all[index] as number) + count;
    }
    this.#counts[this.#step] = gained;
    this.#step = (this.#step + 1) % SLOTS;
    this.#current = (1 + this.#step) * BUCKETS;
    const old = this.#counts[this.#step] as number;
    this.count += gained - old;
    if (old === 0) return;
    for (let index = 0; index < BUCKETS; index++) {
      all[index] = (all[index] as number) - (all[this.#current + index] as number);
    }
    all.fill(0, this.#current, this.#current + BUCKETS);
    this.#counts[this.#step] = 0;
  }

  /** Seconds, in three digits; `null` where there was nothing. */
  percentile(quantile: number): number | null {
    if (this.count === 0 || this.#buckets === undefined) return null;
    const rank = quantile * this.count;
    let below = 0;
    let index = 0;
    for (; index < BUCKETS - 1; index++) {
      const here = this.#buckets[index] as number;
      if (below + here >= rank) break;
      below += here;
    }
    const middle = index === 0 ? SHORTEST : SHORTEST * Math.exp(GROWTH * (index - 0.5));
    return Number(middle.toPrecision(3));
  }
}
