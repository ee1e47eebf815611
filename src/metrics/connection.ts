import {
  CONNECTION_LOSS_REASONS,
  CONNECTION_STATES,
  CONNECTION_TRANSITIONS,
  type ConnectionLossReason,
  type ConnectionState,
  RECOVERY_RESULTS,
  type RecoveryResult,
} from '../semconv/attributes.ts';
import {
  CONNECTION_ATTEMPTS,
  CONNECTION_DOWNTIME,
  CONNECTION_LOSSES,
  CONNECTION_RECOVERY_DURATION,
  CONNECTION_STATE,
  CONNECTION_TRANSITIONS as TRANSITIONS,
} from '../semconv/metrics.ts';
import { CounterSeries, indexes } from './counter-series.ts';
import { DurationHistogram, type RecorderSource } from './duration-histogram.ts';

const STATE = indexes(CONNECTION_STATES);
const RESULT = indexes(RECOVERY_RESULTS);
const REASON = indexes(CONNECTION_LOSS_REASONS);
const TRANSITION = indexes(CONNECTION_TRANSITIONS.map(([from, to]) => `${from} ${to}`));

/** A connection whose downtime is read at collection. */
export interface DowntimeSource {
  /** Seconds; 0 while it is connected. */
  readonly downtime: number;
}

/** The connections of one name. */
export class ConnectionMetrics {
  readonly #state = new CounterSeries(CONNECTION_STATE);
  readonly #downtime = new CounterSeries(CONNECTION_DOWNTIME);
  readonly #transitions = new CounterSeries(TRANSITIONS);
  readonly #attempts = new CounterSeries(CONNECTION_ATTEMPTS);
  readonly #losses = new CounterSeries(CONNECTION_LOSSES);
  readonly #recovery: DurationHistogram;
  readonly #connections = new Set<DowntimeSource>();

  constructor(source: RecorderSource) {
    this.#recovery = new DurationHistogram(CONNECTION_RECOVERY_DURATION, source);
  }

  add(connection: DowntimeSource, state: ConnectionState): void {
    this.#connections.add(connection);
    this.#state.add(STATE[state]);
  }

  remove(connection: DowntimeSource, state: ConnectionState): void {
    if (this.#connections.delete(connection)) this.#state.add(STATE[state], -1);
  }

  changed(from: ConnectionState, to: ConnectionState): void {
    this.#state.add(STATE[from], -1);
    this.#state.add(STATE[to]);
    this.#transitions.add(TRANSITION[`${from} ${to}`] as number);
  }

  attempted(result: RecoveryResult): void {
    this.#attempts.add(RESULT[result]);
  }

  lost(reason: ConnectionLossReason): void {
    this.#losses.add(REASON[reason]);
  }

  recovered(seconds: number): void {
    this.#recovery.record(seconds);
  }

  counts(): readonly CounterSeries[] {
    this.#downtime.fill(Math.max(0, ...[...this.#connections].map(({ downtime }) => downtime)));
    return [this.#state, this.#downtime, this.#transitions, this.#attempts, this.#losses];
  }
}
