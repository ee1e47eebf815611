import { TIMEOUT_RESULTS } from '../semconv/attributes.ts';
import { TIMEOUT_CALLS, TIMEOUT_LIMIT } from '../semconv/metrics.ts';
import { Counts, indexes } from './counter-series.ts';

export const TIMEOUT_RESULT = indexes(TIMEOUT_RESULTS);

export class TimeoutAggregate {
  readonly calls = new Counts(TIMEOUT_CALLS);
  readonly limit = new Counts(TIMEOUT_LIMIT, Number.NaN);

  /** The longest limit wins. */
  limitOf(seconds: number): void {
    const longest = this.limit.get(0);
    this.limit.values[0] = Number.isNaN(longest) ? seconds : Math.max(longest, seconds);
  }

  clearGauges(): void {
    this.limit.fill(Number.NaN);
  }

  counts(): readonly Counts[] {
    return [this.calls, this.limit];
  }
}
