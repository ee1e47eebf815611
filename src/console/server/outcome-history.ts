import { OUTCOMES } from '../../semconv/attributes.ts';
import { HISTORY_STEPS } from '../protocol/retention.ts';

/** The outcomes of one name in the last minutes. */
export class OutcomeHistory {
  /** The samples of one outcome behind those of the other; none where there was no call. */
  #samples: Uint32Array | undefined;

  set(index: number, outcomes: readonly number[]): void {
    if (this.#samples === undefined && outcomes.every((count) => count === 0)) return;
    this.#samples ??= new Uint32Array(OUTCOMES.length * HISTORY_STEPS);
    for (let outcome = 0; outcome < OUTCOMES.length; outcome++) {
      this.#samples[outcome * HISTORY_STEPS + index] = outcomes[outcome] as number;
    }
  }

  /** Those at the given indexes; 0 in place of a list of zeros, of which there are many. */
  read(indexes: readonly number[]): (readonly number[] | 0)[] {
    const all = this.#samples;
    if (all === undefined) return OUTCOMES.map(() => 0);
    return OUTCOMES.map((_, outcome) => {
      const samples = all.subarray(outcome * HISTORY_STEPS, (outcome + 1) * HISTORY_STEPS);
      const values = indexes.map((index) => samples[index] as number);
      return values.some((value) => value > 0) ? values : 0;
    });
  }
}

/** When samples were taken, by a clock of the caller's, and where in every `Past` they are. */
export class Times {
  readonly #at = new Float64Array(HISTORY_STEPS);
  #next = 0;
  #count = 0;

  /** @returns the index of the new sample */
  add(at: number): number {
    const index = this.#next;
    this.#at[index] = at;
    this.#next = (index + 1) % HISTORY_STEPS;
    this.#count = Math.min(this.#count + 1, HISTORY_STEPS);
    return index;
  }

  /** Indexes, the oldest first. */
  indexes(): number[] {
    return Array.from(
      { length: this.#count },
      (_, index) => (this.#next - this.#count + index + HISTORY_STEPS) % HISTORY_STEPS,
    );
  }

  at(indexes: readonly number[]): number[] {
    return indexes.map((index) => this.#at[index] as number);
  }
}
