import { OUTCOMES } from '../../semconv/attributes.ts';
import { HISTORY_STEPS } from '../protocol/timing.ts';

/** The outcomes of one name in the last minutes. */
export class OutcomeHistory {
  /** The samples of the first outcome, then those of the next; created with the first call. */
  #samples: Uint32Array | undefined;

  set(index: number, outcomes: readonly number[]): void {
    if (this.#samples === undefined && outcomes.every((count) => count === 0)) return;
    this.#samples ??= new Uint32Array(OUTCOMES.length * HISTORY_STEPS);
    for (let outcome = 0; outcome < OUTCOMES.length; outcome++) {
      this.#samples[outcome * HISTORY_STEPS + index] = outcomes[outcome] as number;
    }
  }

  /** The samples at these indexes for each outcome; 0 replaces a list of zeros. */
  read(indexes: readonly number[]): (readonly number[] | 0)[] {
    const samples = this.#samples;
    if (samples === undefined) return OUTCOMES.map(() => 0);
    return OUTCOMES.map((_, outcome) => {
      const values = indexes.map((index) => samples[outcome * HISTORY_STEPS + index] as number);
      return values.some((value) => value > 0) ? values : 0;
    });
  }
}

/** The times of samples in a ring buffer. Every `OutcomeHistory` uses the same indexes. */
export class SampleTimes {
  readonly #times = new Float64Array(HISTORY_STEPS);
  #next = 0;
  #count = 0;

  /** @returns the index of the new sample */
  add(time: number): number {
    const index = this.#next;
    this.#times[index] = time;
    this.#next = (index + 1) % HISTORY_STEPS;
    this.#count = Math.min(this.#count + 1, HISTORY_STEPS);
    return index;
  }

  /** The indexes of all samples, the oldest first. */
  indexes(): number[] {
    return Array.from(
      { length: this.#count },
      (_, index) => (this.#next - this.#count + index + HISTORY_STEPS) % HISTORY_STEPS,
    );
  }

  at(indexes: readonly number[]): number[] {
    return indexes.map((index) => this.#times[index] as number);
  }
}
