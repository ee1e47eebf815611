import { EXECUTION_RESULTS, OUTCOMES, type Outcome } from '../semconv/attributes.ts';
import { EXECUTION_ACTIVE, EXECUTION_DURATION, EXECUTIONS } from '../semconv/metrics.ts';
import { Counts, indexes } from './counter-series.ts';
import { Durations, type RecorderSource } from './duration-histogram.ts';

export const OUTCOME = indexes(OUTCOMES);
export const EXECUTION_RESULT = indexes(EXECUTION_RESULTS);

export class ExecutionAggregate {
  readonly outcomes = new Counts(EXECUTIONS);
  readonly active = new Counts(EXECUTION_ACTIVE);
  readonly duration: Durations;

  constructor(source: RecorderSource) {
    this.duration = new Durations(EXECUTION_DURATION, source);
  }

  /** A policy is instrumented whose executions can end like that. */
  declare(outcomes: Iterable<Outcome>): void {
    for (const outcome of outcomes) this.outcomes.declare(OUTCOME[outcome]);
  }

  /** An execution ended. */
  ended(outcome: number): void {
    this.active.add(0, -1);
    this.outcomes.add(outcome);
  }

  /** How long it took, in seconds. */
  took(seconds: number, outcome: number): void {
    const isAnswered = outcome === OUTCOME.success || outcome === OUTCOME.fallback;
    this.duration.record(
      seconds,
      isAnswered ? EXECUTION_RESULT.answered : EXECUTION_RESULT.unanswered,
    );
  }

  counts(): readonly Counts[] {
    return [this.outcomes, this.active];
  }
}
