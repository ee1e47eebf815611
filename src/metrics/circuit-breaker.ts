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

/** `[previous][next]` -> the index of the series, or -1 where a breaker can't go there at once. */
const TRANSITION = CIRCUIT_BREAKER_STATES.map((previous) =>
  CIRCUIT_BREAKER_STATES.map((next) =>
    PAIRS.findIndex(([from, to]) => from === previous && to === next),
  ),
);

/** The next state on the only way from a state to one that it can't reach at once. */
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
  #failuresLeft = Number.POSITIVE_INFINITY;

  constructor(source: RecorderSource) {
    this.recovery = new DurationHistogram(CIRCUIT_BREAKER_RECOVERY_DURATION, source);
  }

  /** Counts a change of state, and what must have lain between where a listener hid a step. */
  stateChanged(previous: number, next: number): void {
    for (let from = previous; from !== next; ) {
      const direct = TRANSITION[from]?.[next] ?? -1;
      const to = direct >= 0 ? next : (NEXT[from] as number);
      this.transitions.add(TRANSITION[from]?.[to] as number);
      from = to;
    }
  }

  /** Of several breakers of one name the longest downtime is reported. */
  reportDowntime(seconds: number): void {
    this.downtime.values[0] = Math.max(this.downtime.get(0), seconds);
  }

  /**
   * How many failures in a row a breaker counts, and at how many it opens, if that is known. Of several
   * breakers of one name, the one is reported that needs the fewest further failures to open, and of
   * equal ones the one with the most failures.
   */
  reportFailures(failures: number, limit: number | undefined): void {
    const left = (limit ?? Number.MAX_SAFE_INTEGER) - failures;
    const isAsNear = left === this.#failuresLeft && failures > this.failures.get(0);
    if (left >= this.#failuresLeft && !isAsNear) return;
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
