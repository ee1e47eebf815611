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

/** So many parts are told apart under one name; the rest is `_OTHER`, as where errors are. */
const LIMIT = 50;

/** Answers that are gathered from parts. */
export class DegradationMetrics {
  readonly #calls = new CounterSeries(DEGRADATION_CALLS);
  readonly #parts = new DynamicCounterSeries(DEGRADATION_PARTS);
  /** The index of the first of the series of each part, which has one for each outcome. */
  readonly #known = new Map<string, number>();

  /** Brings the series of a part into the world, at zero; returns the index of the first. */
  declare(countPart: string): number {
    const kept =
      this.#known.has(countPart) || this.#known.size < LIMIT ? countPart : ERROR_TYPE_OTHER;
    const known = this.#known.get(kept);
    if (known !== undefined) return known;
    const [first = 0] = PART_OUTCOMES.map((outcome) =>
      this.#parts.addSeries({ [ATTR_DEGRADATION_PART]: kept, [ATTR_OUTCOME]: outcome }),
    );
    this.#known.set(kept, first);
    return first;
  }

  part(part: string, outcome: PartOutcome): void {
    this.#parts.add(this.declare(part) + OUTCOME[outcome]);
  }

  countCall(status: DegradationStatus): void {
    this.#calls.add(STATUS[status]);
  }

  counts(): readonly CounterSeries[] {
    return [this.#calls, this.#parts];
  }
}
