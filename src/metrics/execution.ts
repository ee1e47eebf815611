import { EXECUTION_RESULTS, OUTCOMES, type Outcome } from '../semconv/attributes.ts';
import { EXECUTION_ACTIVE, EXECUTION_DURATION, EXECUTIONS } from '../semconv/metrics.ts';
import { CounterSeries, indexes } from './counter-series.ts';
import { DurationHistogram, type RecorderSource } from './duration-histogram.ts';

export const OUTCOME = indexes(OUTCOMES);
export const EXECUTION_RESULT = indexes(EXECUTION_RESULTS);

export class ExecutionMetrics {
  readonly outcomes = new CounterSeries(EXECUTIONS);
  readonly active = new CounterSeries(EXECUTION_ACTIVE);
  readonly duration: DurationHistogram;

  constructor(source: RecorderSource) {
    this.duration = new DurationHistogram(EXECUTION_DURATION, source);
  }

  /** Exports the series of these outcomes from now on. */
  declare(outcomes: Iterable<Outcome>): void {
    for (const outcome of outcomes) this.outcomes.declare(OUTCOME[outcome]);
  }

  executionSettled(outcome: number): void {
    this.active.add(0, -1);
    this.outcomes.add(outcome);
  }

  recordDuration(seconds: number, outcome: number): void {
    const isAnswered = outcome === OUTCOME.success || outcome === OUTCOME.fallback;
    this.duration.record(
      seconds,
      isAnswered ? EXECUTION_RESULT.answered : EXECUTION_RESULT.unanswered,
    );
  }

  counts(): readonly CounterSeries[] {
    return [this.outcomes, this.active];
  }
}
