import {
  ATTR_DEGRADATION_PART,
  ATTR_OUTCOME,
  DEGRADATION_STATUSES,
  type DegradationStatus,
  ERROR_TYPE_OTHER,
  PART_OUTCOMES,
  type PartOutcome,
} from '../semconv/attributes.ts';
import { DEGRADATION_CALLS, DEGRADATION_PARTS } from '../semconv/metrics.ts';
import { CounterSeries, DynamicCounterSeries, indexes } from './counter-series.ts';
import { OUTCOME } from './execution.ts';

const STATUS = indexes(DEGRADATION_STATUSES);

/** Parts per name; further ones are counted as `_OTHER`. */
const MAX_PARTS = 50;

/** Counts results of `gather`. */
export class DegradationMetrics {
  readonly #calls = new CounterSeries(DEGRADATION_CALLS);
  readonly #parts = new DynamicCounterSeries(DEGRADATION_PARTS);
  /** By part, the index of its first series; a part has one series for each outcome. */
  readonly #firstSeries = new Map<string, number>();

  /** Creates the series of a part with the value 0, and returns the index of the first. */
  declare(part: string): number {
    const name =
      this.#firstSeries.has(part) || this.#firstSeries.size < MAX_PARTS ? part : ERROR_TYPE_OTHER;
    const existing = this.#firstSeries.get(name);
    if (existing !== undefined) return existing;
    const [first = 0] = PART_OUTCOMES.map((outcome) =>
      this.#parts.addSeries({ [ATTR_DEGRADATION_PART]: name, [ATTR_OUTCOME]: outcome }),
    );
    this.#firstSeries.set(name, first);
    return first;
  }

  countPart(part: string, outcome: PartOutcome): void {
    this.#parts.add(this.declare(part) + OUTCOME[outcome]);
  }

  countCall(status: DegradationStatus): void {
    this.#calls.add(STATUS[status]);
  }

  counts(): readonly CounterSeries[] {
    return [this.#calls, this.#parts];
  }
}
