import { OUTCOMES } from '../semconv/attributes.ts';
import { EXECUTION_ACTIVE, EXECUTION_DURATION, EXECUTIONS } from '../semconv/metrics.ts';
import { Counts, indexes } from './counts.ts';
import { Durations, type RecorderSource } from './durations.ts';

export const OUTCOME = indexes(OUTCOMES);

export class ExecutionAggregate {
  readonly outcomes = new Counts(EXECUTIONS);
  readonly active = new Counts(EXECUTION_ACTIVE);
  readonly duration: Durations;

  constructor(source: RecorderSource) {
    this.duration = new Durations(EXECUTION_DURATION, source);
  }

  counts(): readonly Counts[] {
    return [this.outcomes, this.active];
  }
}
