import { POOL_CONNECTIONS, POOL_LIMIT, POOL_PENDING, POOL_TIMEOUTS } from '../semconv/metrics.ts';
import { CounterSeries } from './counter-series.ts';

/**
 * The present numbers of a connection pool.
 *
 * @example
 * const stats: PoolStats = { idle: 3, used: 7, max: 10, pending: 0, timeouts: 0 };
 */
export interface PoolStats {
  /** Open connections that no caller uses. */
  readonly idle: number;
  /** Connections in use. */
  readonly used: number;
  /** Connections that the pool may open. */
  readonly max: number;
  /** Callers that wait for a connection. */
  readonly pending: number;
  /** Callers that did not get a connection in time, since the pool was created. */
  readonly timeouts: number;
}

/** Reads a pool at collection; `undefined` if its numbers are not known. */
export type PoolSource = () => PoolStats | undefined;

/** The connection pools of one name, summed. */
export class PoolMetrics {
  readonly #connections = new CounterSeries(POOL_CONNECTIONS);
  readonly #limit = new CounterSeries(POOL_LIMIT);
  readonly #pending = new CounterSeries(POOL_PENDING);
  readonly #timeouts = new CounterSeries(POOL_TIMEOUTS);
  readonly #sources = new Set<PoolSource>();
  /** Of pools that were removed. */
  #pastTimeouts = 0;

  add(source: PoolSource): void {
    this.#sources.add(source);
  }

  remove(source: PoolSource): void {
    if (this.#sources.delete(source)) this.#pastTimeouts += source()?.timeouts ?? 0;
  }

  counts(): readonly CounterSeries[] {
    const series = [this.#connections, this.#limit, this.#pending, this.#timeouts];
    for (const { values } of series) values.fill(0);
    this.#timeouts.add(0, this.#pastTimeouts);
    for (const source of this.#sources) {
      const stats = source();
      if (stats === undefined) continue;
      this.#connections.add(0, stats.idle);
      this.#connections.add(1, stats.used);
      this.#limit.add(0, stats.max);
      this.#pending.add(0, stats.pending);
      this.#timeouts.add(0, stats.timeouts);
    }
    return series;
  }
}
