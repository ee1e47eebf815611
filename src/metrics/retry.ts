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

  /** @param retry the number of the retry; 1 is the second call */
  retried(retry: number): void {
    this.attempts.add(Math.min(retry, ATTEMPT_VALUES.length) - 1);
  }

  /** Exports the series of the possible retries from now on. */
  declareAttempts(maxAttempts: number): void {
    for (let i = 0; i < Math.min(maxAttempts, ATTEMPT_VALUES.length); i++) this.attempts.declare(i);
  }

  counts(): readonly CounterSeries[] {
    return [this.calls, this.attempts];
  }
}
