import type {
  Attributes,
  BatchObservableResult,
  Counter,
  Histogram,
  Meter,
  MeterProvider,
  ObservableGauge,
  UpDownCounter,
} from '@opentelemetry/api';
import type { CounterSeries } from '../metrics/counter-series.ts';
import type { Recorder } from '../metrics/duration-histogram.ts';
import type { MeterGroup } from '../metrics/meter-group.ts';
import type { PolicyMetrics } from '../metrics/policy-metrics.ts';
import { NAMESPACE } from '../semconv/attributes.ts';
import {
  CONNECTION_METRICS,
  EXECUTION_DURATION,
  METRICS,
  type Metric,
  POOL_METRICS,
  type Series,
} from '../semconv/metrics.ts';
import { reportFault, warn } from '../shared/diagnostics.ts';
import { bindHistogram } from './bound-histogram.ts';

/** The default limit of the JS SDK for attribute sets per instrument; further ones overflow. */
const CARDINALITY_LIMIT = 2000;

/**
 * By series, the part of each counter that was exported to any meter provider. A provider that replaces
 * another gets only the increase since then; under delta temporality, the rest would count twice.
 */
const exportedCounts = new WeakMap<CounterSeries, number[]>();

interface ExportState {
  /** By series, the last exported value; `undefined` before the first export. */
  readonly sent: (number | undefined)[];
  /** By series, the value to subtract from the next one. */
  readonly base: number[];
  readonly attributes: Attributes[];
}

/**
 * Exports a group to one meter provider: durations as they occur, everything else at collection.
 *
 * Counters are synchronous instruments that get their increase in the callback of an observable one.
 * So a series without increase costs nothing, while an observable counter is hashed and compared at
 * every collection. A series remains after its policies are gone, and a view that drops attributes adds
 * the merged series.
 */
export class Reporter {
  readonly #group: MeterGroup;
  readonly #meter: Meter;
  readonly #onExecution: () => void;
  readonly #counters = new Map<Metric, Counter | UpDownCounter>();
  readonly #gauges = new Map<Metric, ObservableGauge>();
  readonly #histograms = new Map<Metric, Histogram>();
  readonly #states = new WeakMap<CounterSeries, ExportState>();
  #hasWarned = false;

  /** @param onExecution runs at the end of each execution whose duration is recorded */
  constructor(group: MeterGroup, provider: MeterProvider, onExecution = () => {}) {
    this.#group = group;
    this.#onExecution = onExecution;
    // Without a version, which would be a label of every series and change with each release.
    this.#meter = provider.getMeter('cockatiel-otel');
    for (const metric of METRICS) this.#createInstrument(metric);
    if (group.hasConnections) this.#createConnectionInstruments();
  }

  start(): void {
    this.#startCollecting();
    this.#group.recordTo(
      (policy, metric, series) => this.#createRecorder(policy, metric, series),
      () => this.#onFirstConnection(),
    );
  }

  stop(): void {
    this.#stopCollecting();
    this.#group.recordTo(undefined);
  }

  #startCollecting(): void {
    this.#meter.addBatchObservableCallback(this.#collect, [...this.#gauges.values()]);
  }

  #stopCollecting(): void {
    this.#meter.removeBatchObservableCallback(this.#collect, [...this.#gauges.values()]);
  }

  /** The callback has a fixed list of gauges, so it is registered again. */
  #onFirstConnection(): void {
    this.#stopCollecting();
    this.#createConnectionInstruments();
    this.#startCollecting();
  }

  #createConnectionInstruments(): void {
    for (const metric of [...CONNECTION_METRICS, ...POOL_METRICS]) this.#createInstrument(metric);
  }

  #createInstrument(metric: Metric): void {
    const { name, unit, description, buckets = [] } = metric;
    const options = { unit, description };
    switch (metric.instrument) {
      case 'counter':
        this.#counters.set(metric, this.#meter.createCounter(name, options));
        break;
      case 'updowncounter':
        this.#counters.set(metric, this.#meter.createUpDownCounter(name, options));
        break;
      case 'gauge':
        this.#gauges.set(metric, this.#meter.createObservableGauge(name, options));
        break;
      case 'histogram': {
        const advice = { explicitBucketBoundaries: [...buckets] };
        this.#histograms.set(metric, this.#meter.createHistogram(name, { ...options, advice }));
      }
    }
  }

  readonly #collect = (result: BatchObservableResult): void => {
    const seriesCounts = new Map<Metric, number>();
    for (const policy of this.#group.policies.values()) {
      try {
        for (const counter of policy.read()) {
          const count = this.#export(result, policy, counter);
          seriesCounts.set(counter.metric, (seriesCounts.get(counter.metric) ?? 0) + count);
        }
      } catch (error) {
        policy.fault(error);
      }
    }
    this.#group.forgetEnded();
    this.#warnOfOverflow(seriesCounts);
  };

  /** Returns the number of exported series. */
  #export(result: BatchObservableResult, policy: PolicyMetrics, series: CounterSeries): number {
    const { metric, values, isExported } = series;
    const counter = this.#counters.get(metric);
    const gauge = this.#gauges.get(metric);
    const { sent, base, attributes } = this.#stateOf(policy, series);
    // A gauge ends with 0, because the SDK would repeat its last value forever.
    const hasEnded = policy.registrations === 0 && metric.instrument !== 'counter';
    let count = 0;
    for (let i = 0; i < values.length; i++) {
      const current = values[i] as number;
      const isUnknown = Number.isNaN(current);
      const exists = sent[i] !== undefined || (!isUnknown && (isExported[i] || current !== 0));
      if (!exists) continue;
      const value = hasEnded || isUnknown ? 0 : current;
      count++;
      if (gauge) result.observe(gauge, value, attributes[i] as Attributes);
      // The first value is exported even if it is 0, so that the series exists.
      else if (value !== sent[i]) {
        counter?.add(value - (base[i] ?? 0), attributes[i] as Attributes);
        base[i] = value;
      }
      sent[i] = value;
    }
    return count;
  }

  /** The export state of a metric, whose attributes are created once per series. */
  #stateOf(policy: PolicyMetrics, counter: CounterSeries): ExportState {
    let state = this.#states.get(counter);
    if (state === undefined) {
      state = { sent: [], base: baseOf(counter), attributes: [] };
      this.#states.set(counter, state);
    }
    const { attributes } = state;
    while (attributes.length < counter.series.length) {
      attributes.push(attributesOf(policy, counter.series[attributes.length] as Series));
    }
    return state;
  }

  #createRecorder(policy: PolicyMetrics, metric: Metric, series: number): Recorder {
    const histogram = this.#histograms.get(metric) as Histogram;
    const record = bindHistogram(histogram, attributesOf(policy, metric.series[series] as Series));
    const onRecord = metric === EXECUTION_DURATION ? this.#onExecution : undefined;
    return (seconds) => {
      try {
        onRecord?.();
        // A fake timer may set the clock back. The SDK rejects negative values.
        record(Math.max(0, seconds));
      } catch (error) {
        policy.fault(error);
      }
    };
  }

  #warnOfOverflow(seriesCounts: Map<Metric, number>): void {
    if (this.#hasWarned) return;
    for (const [metric, count] of seriesCounts) {
      if (count < CARDINALITY_LIMIT) continue;
      this.#hasWarned = true;
      warn(
        `${metric.name} has ${count} attribute sets. The JS SDK keeps ${CARDINALITY_LIMIT} per ` +
          'instrument and merges the rest into one overflow series, unless the MeterProvider has a ' +
          `view such as { instrumentName: '${NAMESPACE}*', aggregationCardinalityLimit: 20000 }. ` +
          'Use fewer policy names (one per dependency, not one per request), or raise the limit. ' +
          'Ignore this warning if the limit is raised already: it cannot be read from here.',
      );
      return;
    }
  }
}

/** Counters continue from one provider to the next; other instruments start with their full value. */
function baseOf(counter: CounterSeries): number[] {
  if (counter.metric.instrument !== 'counter') return [];
  let base = exportedCounts.get(counter);
  if (base === undefined) {
    base = [];
    exportedCounts.set(counter, base);
  }
  return base;
}

function attributesOf(policy: PolicyMetrics, series: Series): Attributes {
  return { ...policy.attributes, [policy.subject]: policy.name, ...series };
}

/** Creates and starts a reporter. An error of the provider must not reach the user's call. */
export function connect(
  group: MeterGroup,
  provider: MeterProvider,
  onExecution?: () => void,
): Reporter | undefined {
  try {
    const reporter = new Reporter(group, provider, onExecution);
    reporter.start();
    return reporter;
  } catch (error) {
    reportFault(error);
    return undefined;
  }
}
