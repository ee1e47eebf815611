import { LIMITS } from '../../thresholds.ts';

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
  /** Of the steps that are over. */
  readonly #all = new Uint32Array(BUCKETS);
  readonly #steps = Array.from({ length: SLOTS }, () => new Uint32Array(BUCKETS));
  readonly #counts = new Uint32Array(SLOTS);
  #step = 0;
  #current = this.#steps[0] as Uint32Array;
  /** Of the steps that are over. */
  count = 0;

  add(seconds: number): void {
    const bucket = Math.ceil(Math.log(seconds / SHORTEST) / GROWTH - NOISE);
    const index = bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0;
    this.#current[index] = (this.#current[index] as number) + 1;
  }

  /** A step is over: it counts from now on, and what is older than ten of them no longer. */
  turn(): void {
    let gained = 0;
    for (let index = 0; index < BUCKETS; index++) {
      const count = this.#current[index] as number;
      if (count === 0) continue;
      gained += count;
      this.#all[index] = (this.#all[index] as number) + count;
    }
    this.#counts[this.#step] = gained;
    this.#step = (this.#step + 1) % SLOTS;
    this.#current = this.#steps[this.#step] as Uint32Array;
    const old = this.#counts[this.#step] as number;
    this.count += gained - old;
    if (old === 0) return;
    for (let index = 0; index < BUCKETS; index++) {
      this.#all[index] = (this.#all[index] as number) - (this.#current[index] as number);
    }
    this.#current.fill(0);
    this.#counts[this.#step] = 0;
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
    const middle = index === 0 ? SHORTEST : SHORTEST * Math.exp(GROWTH * (index - 0.5));
    return Number(middle.toPrecision(3));
  }
}
