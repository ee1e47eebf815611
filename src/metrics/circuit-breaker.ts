import {
  CIRCUIT_BREAKER_ACTIONS,
  CIRCUIT_BREAKER_RESULTS,
  CIRCUIT_BREAKER_STATES,
  CIRCUIT_BREAKER_TRANSITIONS as PAIRS,
} from '../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_ADMINISTRATION,
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_DOWNTIME,
  CIRCUIT_BREAKER_FAILURES,
  CIRCUIT_BREAKER_FAILURES_LIMIT,
  CIRCUIT_BREAKER_RECOVERY_DURATION,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TRANSITIONS,
} from '../semconv/metrics.ts';
import { administrationRoutes } from './breaker-control.ts';
import { CounterSeries, indexes } from './counter-series.ts';
import { DurationHistogram, type RecorderSource } from './duration-histogram.ts';

export const CIRCUIT_BREAKER_RESULT = indexes(CIRCUIT_BREAKER_RESULTS);
export const CIRCUIT_BREAKER_ACTION = indexes(CIRCUIT_BREAKER_ACTIONS);
export const STATE = indexes(CIRCUIT_BREAKER_STATES);

/** `[previous][next]`: the index of the series, or -1 if there is no such transition. */
const TRANSITION = CIRCUIT_BREAKER_STATES.map((previous) =>
  CIRCUIT_BREAKER_STATES.map((next) =>
    PAIRS.findIndex(([from, to]) => from === previous && to === next),
  ),
);

/** For each state, the next state on the way to a state that it cannot reach directly. */
const NEXT = [STATE.open, STATE.half_open, STATE.closed, STATE.closed];

export class CircuitBreakerMetrics {
  readonly calls = new CounterSeries(CIRCUIT_BREAKER_CALLS);
  readonly state = new CounterSeries(CIRCUIT_BREAKER_STATE);
  readonly downtime = new CounterSeries(CIRCUIT_BREAKER_DOWNTIME);
  readonly failures = new CounterSeries(CIRCUIT_BREAKER_FAILURES, Number.NaN);
  readonly failureLimit = new CounterSeries(CIRCUIT_BREAKER_FAILURES_LIMIT, Number.NaN);
  readonly transitions = new CounterSeries(CIRCUIT_BREAKER_TRANSITIONS);
  readonly administration = new CounterSeries(CIRCUIT_BREAKER_ADMINISTRATION);
  readonly recovery: DurationHistogram;
  /** Further failures that the reported breaker needs to open. */
  #failuresLeft = Number.POSITIVE_INFINITY;

  constructor(source: RecorderSource) {
    this.recovery = new DurationHistogram(CIRCUIT_BREAKER_RECOVERY_DURATION, source);
  }

  /** Counts a state change, and the transitions in between if a step was not observed. */
  stateChanged(previous: number, next: number): void {
    for (let from = previous; from !== next; ) {
      const direct = TRANSITION[from]?.[next] ?? -1;
      const to = direct >= 0 ? next : (NEXT[from] as number);
      this.transitions.add(TRANSITION[from]?.[to] as number);
      from = to;
    }
  }

  /** Reports the downtime of one breaker; the longest of the name is exported. */
  reportDowntime(seconds: number): void {
    this.downtime.values[0] = Math.max(this.downtime.get(0), seconds);
  }

  /**
   * Reports the consecutive failures of one breaker, and its limit if known. Of several breakers, the
   * one that is nearest to opening is exported; if two are equally near, the one with more failures.
   */
  reportFailures(failures: number, limit: number | undefined): void {
    const left = (limit ?? Number.MAX_SAFE_INTEGER) - failures;
    const isEquallyNear = left === this.#failuresLeft && failures > this.failures.get(0);
    if (left >= this.#failuresLeft && !isEquallyNear) return;
    this.#failuresLeft = left;
    this.failures.values[0] = failures;
    this.failureLimit.values[0] = limit ?? Number.NaN;
  }

  clearGauges(): void {
    this.state.fill(0);
    this.downtime.fill(0);
    this.#failuresLeft = Number.POSITIVE_INFINITY;
    this.failures.fill(Number.NaN);
    this.failureLimit.fill(Number.NaN);
  }

  counts(): readonly CounterSeries[] {
    const { calls, state, transitions, administration } = this;
    const gauges = [this.downtime, this.failures, this.failureLimit];
    if (administrationRoutes.isAvailable) administration.declareAll();
    return [calls, state, ...gauges, transitions, administration];
  }
}
