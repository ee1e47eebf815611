import { LIMITS } from '../../presets/thresholds.ts';

/** Bucket bounds grow by 20 %, so the middle of a bucket is at most 10 % off. */
const GROWTH = Math.log(1.2);

/** From 0.1 ms to 10 min. The limit of alerts is a bound, so a percentile is never on its wrong side. */
const BOUNDS_BELOW_LIMIT = Math.round(Math.log(LIMITS.latency.seconds / 0.0001) / GROWTH);
const SHORTEST = LIMITS.latency.seconds / Math.exp(GROWTH * BOUNDS_BELOW_LIMIT);
const BUCKETS = Math.ceil(Math.log(600 / SHORTEST) / GROWTH) + 1;

/** Corrects the last digit of the logarithm: a value on a bound belongs to the bucket below. */
const EPSILON = 1e-9;

/** Steps that percentiles include. */
export const LATENCY_STEPS = 10;

/** The present step is not included yet. */
const SLOTS = LATENCY_STEPS + 1;

/** Durations of the last ten steps in buckets. */
export class RecentLatency {
  /** The sums of the finished steps, then the buckets of each step; created with the first duration. */
  #buckets: Uint32Array | undefined;
  readonly #counts = new Array<number>(SLOTS).fill(0);
  #step = 0;
  /** Where the buckets of the present step begin. */
  #current = BUCKETS;
  /** Durations of the finished steps. */
  count = 0;

  add(seconds: number): void {
    const bucket = Math.ceil(Math.log(seconds / SHORTEST) / GROWTH - EPSILON);
    const index = this.#current + (bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0);
    this.#buckets ??= new Uint32Array((1 + SLOTS) * BUCKETS);
    this.#buckets[index] = (this.#buckets[index] as number) + 1;
  }

  /** Finishes the present step and drops the oldest one. */
  endStep(): void {
    const buckets = this.#buckets;
    if (buckets === undefined) return;
    let added = 0;
    for (let index = 0; index < BUCKETS; index++) {
      const count = buckets[this.#current + index] as number;
      if (count === 0) continue;
      added += count;
      buckets[index] = (buckets[index] as number) + count;
    }
    this.#counts[this.#step] = added;
    this.#step = (this.#step + 1) % SLOTS;
    this.#current = (1 + this.#step) * BUCKETS;
    const dropped = this.#counts[this.#step] as number;
    this.count += added - dropped;
    if (dropped === 0) return;
    for (let index = 0; index < BUCKETS; index++) {
      const count = buckets[this.#current + index] as number;
      buckets[index] = (buckets[index] as number) - count;
    }
    buckets.fill(0, this.#current, this.#current + BUCKETS);
    this.#counts[this.#step] = 0;
  }

  /** Seconds with three digits; `null` without durations. */
  percentile(quantile: number): number | null {
    if (this.count === 0 || this.#buckets === undefined) return null;
    const rank = quantile * this.count;
    let below = 0;
    let index = 0;
    for (; index < BUCKETS - 1; index++) {
      const count = this.#buckets[index] as number;
      if (below + count >= rank) break;
      below += count;
    }
    const middle = index === 0 ? SHORTEST : SHORTEST * Math.exp(GROWTH * (index - 0.5));
    return Number(middle.toPrecision(3));
  }
}
