import { OUTCOMES } from '../../semconv/attributes.ts';
import { PAST_STEPS } from './kept.ts';

/** The outcomes of one name in the last minutes. */
export class Past {
  /** The samples of one outcome behind those of the other. One array, as a row has to be made quickly. */
  readonly #samples = new Uint32Array(OUTCOMES.length * PAST_STEPS);

  set(index: number, outcomes: readonly number[]): void {
    for (let outcome = 0; outcome < OUTCOMES.length; outcome++) {
      this.#samples[outcome * PAST_STEPS + index] = outcomes[outcome] as number;
    }
  }

  /** Those at the given indexes; 0 in place of a list of zeros, of which there are many. */
  read(indexes: readonly number[]): (readonly number[] | 0)[] {
    return OUTCOMES.map((_, outcome) => {
      const samples = this.#samples.subarray(outcome * PAST_STEPS, (outcome + 1) * PAST_STEPS);
      if (!samples.some((value) => value > 0)) return 0;
      const values = indexes.map((index) => samples[index] as number);
      return values.some((value) => value > 0) ? values : 0;
    });
  }
}

/** When samples were taken, by a clock of the caller's, and where in every `Past` they are. */
export class Times {
  readonly #at = new Float64Array(PAST_STEPS);
  #next = 0;
  #count = 0;

  /** @returns the index of the new sample */
  add(at: number): number {
    const index = this.#next;
    this.#at[index] = at;
    this.#next = (index + 1) % PAST_STEPS;
    this.#count = Math.min(this.#count + 1, PAST_STEPS);
    return index;
  }

  /** Indexes, the oldest first. */
  indexes(): number[] {
    return Array.from(
      { length: this.#count },
      (_, index) => (this.#next - this.#count + index + PAST_STEPS) % PAST_STEPS,
    );
  }

  at(indexes: readonly number[]): number[] {
    return indexes.map((index) => this.#at[index] as number);
  }
}
