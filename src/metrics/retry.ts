import { RETRY_ATTEMPTS as ATTEMPT_VALUES, RETRY_RESULTS } from '../semconv/attributes.ts';
import {
  RETRY_ATTEMPTS,
  RETRY_BUDGET_BALANCE,
  RETRY_CALLS,
  RETRY_DELAY,
} from '../semconv/metrics.ts';
import { CounterSeries, indexes } from './counter-series.ts';
import { DurationHistogram, type RecorderSource } from './duration-histogram.ts';

export const RETRY_RESULT = indexes(RETRY_RESULTS);

/** The property of a retry's error filter that has its budget; see `RetryBudget`. */
export const RETRY_BUDGET = Symbol.for('cockatiel-otel.retry-budget');

/** What the instrumentation reads of a retry budget. */
export interface RetryBudgetState {
  /** Retries that are allowed now. */
  readonly balance: number;
  /** Whether the last filter call denied a retry. */
  readonly hasDenied: boolean;
}

export class RetryMetrics {
  readonly calls = new CounterSeries(RETRY_CALLS);
  readonly attempts = new CounterSeries(RETRY_ATTEMPTS);
  readonly delay: DurationHistogram;
  readonly balance = new CounterSeries(RETRY_BUDGET_BALANCE, Number.NaN);

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

  /** Exports the series of calls that the budget denied a retry from now on. */
  declareBudget(): void {
    this.calls.declare(RETRY_RESULT.budget_exhausted);
  }

  /** Reports the balance of one budget; the lowest of the name is exported. */
  reportBalance(balance: number): void {
    const lowest = this.balance.get(0);
    this.balance.values[0] = Number.isNaN(lowest) ? balance : Math.min(lowest, balance);
  }

  clearGauges(): void {
    this.balance.fill(Number.NaN);
  }

  counts(): readonly CounterSeries[] {
    return [this.calls, this.attempts, this.balance];
  }
}
