import { TIMEOUT_RESULTS } from '../semconv/attributes.ts';
import { TIMEOUT_CALLS, TIMEOUT_LIMIT } from '../semconv/metrics.ts';
import { CounterSeries, indexes } from './counter-series.ts';

export const TIMEOUT_RESULT = indexes(TIMEOUT_RESULTS);

export class TimeoutMetrics {
  readonly calls = new CounterSeries(TIMEOUT_CALLS);
  readonly limit = new CounterSeries(TIMEOUT_LIMIT, Number.NaN);

  /** Reports the limit of one timeout; the longest of the name is exported. */
  reportLimit(seconds: number): void {
    const longest = this.limit.get(0);
    this.limit.values[0] = Number.isNaN(longest) ? seconds : Math.max(longest, seconds);
  }

  clearGauges(): void {
    this.limit.fill(Number.NaN);
  }

  counts(): readonly CounterSeries[] {
    return [this.calls, this.limit];
  }
}
