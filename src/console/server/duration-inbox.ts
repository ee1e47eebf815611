import type { Latency } from './latency.ts';

const SIZE = 4096;

/**
 * Durations on their way into their buckets. Calls put them here one behind the other, as the buckets
 * of hundreds of names lie all over the memory, and to reach there costs more than all else; once a
 * second, or when it is full, they are sorted in one go.
 */
class Inbox {
  readonly #owners: (Latency | undefined)[] = new Array(SIZE).fill(undefined);
  readonly #seconds = new Float64Array(SIZE);
  #count = 0;

  take(owner: Latency, seconds: number): void {
    if (this.#count === SIZE) this.empty();
    this.#owners[this.#count] = owner;
    this.#seconds[this.#count] = seconds;
    this.#count++;
  }

  empty(): void {
    for (let index = 0; index < this.#count; index++) {
      this.#owners[index]?.add(this.#seconds[index] as number);
      this.#owners[index] = undefined;
    }
    this.#count = 0;
  }
}

export const inbox = new Inbox();
