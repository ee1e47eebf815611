import type {
  Attributes,
  BatchObservableResult,
  Histogram,
  Meter,
  MeterProvider,
  Observable,
} from '@opentelemetry/api';
import type { Counts } from '../aggregate/counts.ts';
import type { Recorder } from '../aggregate/durations.ts';
import type { Group } from '../aggregate/group.ts';
import type { Scope } from '../aggregate/scope.ts';
import { ATTR_POLICY_NAME, NAMESPACE } from '../semconv/attributes.ts';
import { METRICS, type Metric, type Series } from '../semconv/metrics.ts';
import { VERSION } from '../version.ts';
import { reportFault, warn } from './diagnostics.ts';
import { recorderOf } from './recorder.ts';

/** Attribute sets that the JS SDK keeps for one instrument; the rest becomes one overflow series. */
const CARDINALITY_LIMIT = 2000;

/** Reports a group to one meter provider: counts when they are collected, durations at once. */
export class Reporter {
  readonly #group: Group;
  readonly #meter: Meter;
  readonly #observables = new Map<Metric, Observable>();
  readonly #histograms = new Map<Metric, Histogram>();
  readonly #attributes = new WeakMap<Counts, Attributes[]>();
  #warned = false;

  constructor(group: Group, provider: MeterProvider) {
    this.#group = group;
    this.#meter = provider.getMeter('cockatiel-otel', VERSION);
    for (const metric of METRICS) this.#create(metric);
    this.#meter.addBatchObservableCallback(this.#observe, [...this.#observables.values()]);
    group.recordTo((scope, metric, series) => this.#recorder(scope, metric, series));
  }

  disconnect(): void {
    this.#meter.removeBatchObservableCallback(this.#observe, [...this.#observables.values()]);
    this.#group.recordTo(undefined);
  }

  #create(metric: Metric): void {
    const { name, unit, description, buckets } = metric;
    const options = { unit, description };
    switch (metric.instrument) {
      case 'counter':
        this.#observables.set(metric, this.#meter.createObservableCounter(name, options));
        break;
      case 'updowncounter':
        this.#observables.set(metric, this.#meter.createObservableUpDownCounter(name, options));
        break;
      case 'gauge':
        this.#observables.set(metric, this.#meter.createObservableGauge(name, options));
        break;
      case 'histogram':
        this.#histograms.set(
          metric,
          this.#meter.createHistogram(name, {
            ...options,
            advice: { explicitBucketBoundaries: [...(buckets ?? [])] },
          }),
        );
    }
  }

  readonly #observe = (result: BatchObservableResult): void => {
    const sets = new Map<Metric, number>();
    for (const scope of this.#group.scopes.values()) {
      try {
        for (const counts of scope.read()) {
          this.#observeCounts(result, scope, counts);
          sets.set(counts.metric, (sets.get(counts.metric) ?? 0) + counts.values.length);
        }
      } catch (fault) {
        scope.fault(fault);
      }
    }
    this.#group.retire();
    this.#warnOfOverflow(sets);
  };

  #observeCounts(result: BatchObservableResult, scope: Scope, counts: Counts): void {
    const { metric, values } = counts;
    const observable = this.#observables.get(metric);
    if (observable === undefined) return;
    const attributes = this.#attributesOf(scope, counts);
    // The SDK repeats the last value of a series that ends, for ever: let that be a zero.
    const ended = scope.policies === 0 && metric.instrument !== 'counter';
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (ended) result.observe(observable, 0, attributes[i] as Attributes);
      else if (!Number.isNaN(value)) result.observe(observable, value, attributes[i] as Attributes);
    }
  }

  /** Made once for each series. */
  #attributesOf(scope: Scope, counts: Counts): Attributes[] {
    let made = this.#attributes.get(counts);
    if (made === undefined) {
      made = [];
      this.#attributes.set(counts, made);
    }
    while (made.length < counts.series.length) {
      made.push(attributesOf(scope, counts.series[made.length] as Series));
    }
    return made;
  }

  #recorder(scope: Scope, metric: Metric, series: number): Recorder {
    const histogram = this.#histograms.get(metric) as Histogram;
    const record = recorderOf(histogram, attributesOf(scope, metric.series[series] as Series));
    return (seconds) => {
      try {
        // The clock may have been set back under a fake timer; the SDK wants no negative value.
        record(Math.max(0, seconds));
      } catch (fault) {
        scope.fault(fault);
      }
    };
  }

  #warnOfOverflow(sets: Map<Metric, number>): void {
    if (this.#warned) return;
    for (const [metric, size] of sets) {
      if (size < CARDINALITY_LIMIT) continue;
      this.#warned = true;
      warn(
        `${metric.name} has ${size} attribute sets. The JS SDK keeps ${CARDINALITY_LIMIT} for each ` +
          'instrument and folds the rest into one overflow series, unless the MeterProvider has a ' +
          `view such as { instrumentName: '${NAMESPACE}*', aggregationCardinalityLimit: 20000 }. ` +
          'Give fewer policy names (one for each dependency, not one for each request), or raise the limit.',
      );
      return;
    }
  }
}

function attributesOf(scope: Scope, series: Series): Attributes {
  return { ...scope.attributes, [ATTR_POLICY_NAME]: scope.name, ...series };
}

/** Connects a group, or says why it can't be. A provider that fails is no fault of the user's call. */
export function connect(group: Group, provider: MeterProvider): Reporter | undefined {
  try {
    return new Reporter(group, provider);
  } catch (fault) {
    reportFault(fault);
    return undefined;
  }
}
