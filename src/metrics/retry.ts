import { RETRY_ATTEMPTS as ATTEMPT_VALUES, RETRY_RESULTS } from '../semconv/attributes.ts';
import { RETRY_ATTEMPTS, RETRY_CALLS, RETRY_DELAY } from '../semconv/metrics.ts';
import { CounterSeries, indexes } from './counter-series.ts';
import { DurationHistogram, type RecorderSource } from './duration-histogram.ts';

export const RETRY_RESULT = indexes(RETRY_RESULTS);

export class RetryMetrics {
  readonly calls = new CounterSeries(RETRY_CALLS);
  readonly attempts = new CounterSeries(RETRY_ATTEMPTS);
  readonly delay: DurationHistogram;

  constructor(source: RecorderSource) {
    this.delay = new DurationHistogram(RETRY_DELAY, source);
  }

  /** @param retry 1 for the first call made again */
  retried(retry: number): void {
    this.attempts.add(Math.min(retry, ATTEMPT_VALUES.length) - 1);
  }

  /** A retry is instrumented that calls its function again so often at most. */
  declareAttempts(maxAttempts: number): void {
    for (let i = 0; i < Math.min(maxAttempts, ATTEMPT_VALUES.length); i++) this.attempts.declare(i);
  }

  counts(): readonly CounterSeries[] {
    return [this.calls, this.attempts];
  }
}
