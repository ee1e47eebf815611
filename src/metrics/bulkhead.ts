import { BULKHEAD_RESULTS } from '../semconv/attributes.ts';
import {
  BULKHEAD_ACTIVE,
  BULKHEAD_CALLS,
  BULKHEAD_LIMIT,
  BULKHEAD_QUEUE_LIMIT,
  BULKHEAD_QUEUED,
  BULKHEAD_WAIT_DURATION,
} from '../semconv/metrics.ts';
import { CounterSeries, indexes } from './counter-series.ts';
import { DurationHistogram, type RecorderSource } from './duration-histogram.ts';

export const BULKHEAD_RESULT = indexes(BULKHEAD_RESULTS);

export class BulkheadMetrics {
  readonly calls = new CounterSeries(BULKHEAD_CALLS);
  readonly active = new CounterSeries(BULKHEAD_ACTIVE);
  readonly queued = new CounterSeries(BULKHEAD_QUEUED);
  readonly limit = new CounterSeries(BULKHEAD_LIMIT);
  readonly queueLimit = new CounterSeries(BULKHEAD_QUEUE_LIMIT);
  readonly wait: DurationHistogram;

  constructor(source: RecorderSource) {
    this.wait = new DurationHistogram(BULKHEAD_WAIT_DURATION, source);
  }

  clearGauges(): void {
    for (const gauge of this.#gauges()) gauge.fill(0);
  }

  counts(): readonly CounterSeries[] {
    return [this.calls, ...this.#gauges()];
  }

  #gauges(): readonly CounterSeries[] {
    return [this.active, this.queued, this.limit, this.queueLimit];
  }
}
