import type { Metric, Series } from '../semconv/metrics.ts';

/** The values of one metric for one policy name, one value for each series. */
export class CounterSeries {
  readonly metric: Metric;
  /** Parallel to `series`; `NaN` where a series does not exist. */
  readonly values: number[];
  /** Parallel to `series`: whether the series is exported before its first event. */
  readonly isExported: boolean[];

  constructor(metric: Metric, initial = 0) {
    this.metric = metric;
    this.values = metric.series.map(() => initial);
    this.isExported = metric.series.map((series) => !metric.isLazy(series));
  }

  /** Exports a lazy series from now on, so that Prometheus sees its first event as an increase. */
  declare(index: number): void {
    this.isExported[index] = true;
  }

  declareAll(): void {
    this.isExported.fill(true);
  }

  get series(): readonly Series[] {
    return this.metric.series;
  }

  add(index: number, amount = 1): void {
    this.values[index] = (this.values[index] as number) + amount;
  }

  get(index: number): number {
    return this.values[index] as number;
  }

  fill(value: number): void {
    this.values.fill(value);
  }
}

/** The values of a metric whose series are not all known in advance. */
export class DynamicCounterSeries extends CounterSeries {
  #series: Series[] | undefined;

  override get series(): readonly Series[] {
    return this.#series ?? [];
  }

  /** Adds a series with the value 0 and returns its index. */
  addSeries(series: Series): number {
    this.#series ??= [];
    this.values.push(0);
    this.isExported.push(true);
    return this.#series.push(series) - 1;
  }
}

/** Maps each attribute value of a fixed list to the index of its series. */
export function indexes<T extends string>(values: readonly T[]): Readonly<Record<T, number>> {
  return Object.fromEntries(values.map((value, index) => [value, index])) as Record<T, number>;
}
