import { FALLBACK_RESULTS, FALLBACK_TYPES, type FallbackType } from '../semconv/attributes.ts';
import { FALLBACK_CALLS } from '../semconv/metrics.ts';
import { CounterSeries, indexes } from './counter-series.ts';

export const FALLBACK_RESULT = indexes(FALLBACK_RESULTS);
const TYPE = indexes(FALLBACK_TYPES);

export class FallbackMetrics {
  /** `NaN` for types that are not in use. */
  readonly calls = new CounterSeries(FALLBACK_CALLS, Number.NaN);

  /** Creates the series of a type with the value 0. */
  declare(type: FallbackType): void {
    for (const result of FALLBACK_RESULTS) {
      const index = this.#index(FALLBACK_RESULT[result], type);
      if (Number.isNaN(this.calls.get(index))) this.calls.values[index] = 0;
    }
  }

  count(result: number, type: FallbackType, amount = 1): void {
    this.calls.add(this.#index(result, type), amount);
  }

  #index(result: number, type: FallbackType): number {
    return result * FALLBACK_TYPES.length + TYPE[type];
  }

  counts(): readonly CounterSeries[] {
    return [this.calls];
  }
}
