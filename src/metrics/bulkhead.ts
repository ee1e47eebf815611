import { BULKHEAD_RESULTS } from '../semconv/attributes.ts';
import {
  BULKHEAD_ACTIVE,
  BULKHEAD_CALLS,
  BULKHEAD_LIMIT,
  BULKHEAD_QUEUE_LIMIT,
  BULKHEAD_QUEUED,
  BULKHEAD_WAIT_DURATION,
} from '../semconv/metrics.ts';
import { Counts, indexes } from './counter-series.ts';
import { Durations, type RecorderSource } from './duration-histogram.ts';

export const BULKHEAD_RESULT = indexes(BULKHEAD_RESULTS);

export class BulkheadAggregate {
  readonly calls = new Counts(BULKHEAD_CALLS);
  readonly active = new Counts(BULKHEAD_ACTIVE);
  readonly queued = new Counts(BULKHEAD_QUEUED);
  readonly limit = new Counts(BULKHEAD_LIMIT);
  readonly queueLimit = new Counts(BULKHEAD_QUEUE_LIMIT);
  readonly wait: Durations;

  constructor(source: RecorderSource) {
    this.wait = new Durations(BULKHEAD_WAIT_DURATION, source);
  }

  clearGauges(): void {
    for (const gauge of this.#gauges()) gauge.fill(0);
  }

  counts(): readonly Counts[] {
    return [this.calls, ...this.#gauges()];
  }

  #gauges(): readonly Counts[] {
    return [this.active, this.queued, this.limit, this.queueLimit];
  }
}
