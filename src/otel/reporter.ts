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
import { EXECUTION_DURATION, METRICS, type Metric, type Series } from '../semconv/metrics.ts';
import { reportFault, warn } from '../shared/diagnostics.ts';
import { bindHistogram } from './bound-histogram.ts';

/** Attribute sets that the JS SDK keeps for one instrument; the rest becomes one overflow series. */
const CARDINALITY_LIMIT = 2000;

/**
 * By series, what was handed over of counters, to whichever meter provider: one that comes in place
 * of another gets what was added since. Under delta temporality it would count the rest twice.
 */
const handedOver = new WeakMap<CounterSeries, number[]>();

interface Reported {
  /** By series, the last value; `undefined` before the first time. */
  readonly sent: (number | undefined)[];
  /** By series, what the next value is compared with. */
  readonly base: number[];
  readonly attributes: Attributes[];
}

/**
 * Reports a group to one meter provider: durations as they happen, all else when it is collected.
 *
 * Counts are handed over as what was added since the last collection, by synchronous instruments
 * that are called in the callback of an observable one. So a series that did not move costs nothing
 * (an observable counter is hashed and compared at every collection, moving or not), a series stays
 * when its policies are gone, and a view that drops attributes sums what it folds together.
 */
export class Reporter {
  readonly #group: MeterGroup;
  readonly #meter: Meter;
  readonly #onExecution: () => void;
  readonly #counters = new Map<Metric, Counter | UpDownCounter>();
  readonly #gauges = new Map<Metric, ObservableGauge>();
  readonly #histograms = new Map<Metric, Histogram>();
  readonly #reported = new WeakMap<CounterSeries, Reported>();
  #warned = false;

  /** @param onExecution runs at the end of each execution whose duration is recorded */
  constructor(group: MeterGroup, provider: MeterProvider, onExecution = () => {}) {
    this.#group = group;
    this.#onExecution = onExecution;
    // No version: it would be a label on every series, a fifth of a scrape, and new with each release.
    this.#meter = provider.getMeter('cockatiel-otel');
    for (const metric of METRICS) this.#create(metric);
  }

  start(): void {
    this.#meter.addBatchObservableCallback(this.#collect, [...this.#gauges.values()]);
    this.#group.recordTo((scope, metric, series) => this.#recorder(scope, metric, series));
  }

  stop(): void {
    this.#meter.removeBatchObservableCallback(this.#collect, [...this.#gauges.values()]);
    this.#group.recordTo(undefined);
  }

  #create(metric: Metric): void {
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
    const sets = new Map<Metric, number>();
    for (const scope of this.#group.policies.values()) {
      try {
        for (const counts of scope.read()) {
          const reported = this.#report(result, scope, counts);
          sets.set(counts.metric, (sets.get(counts.metric) ?? 0) + reported);
        }
      } catch (fault) {
        scope.fault(fault);
      }
    }
    this.#group.forgetEnded();
    this.#warnOfOverflow(sets);
  };

  /** Returns how many series there are. */
  #report(result: BatchObservableResult, scope: PolicyMetrics, counts: CounterSeries): number {
    const { metric, values, isExported: isBorn } = counts;
    const counter = this.#counters.get(metric);
    const gauge = this.#gauges.get(metric);
    const { sent, base, attributes } = this.#reportedOf(scope, counts);
    // A state ends with a zero: the SDK would repeat its last value for ever.
    const ended = scope.registrations === 0 && metric.instrument !== 'counter';
    let reported = 0;
    for (let i = 0; i < values.length; i++) {
      const current = values[i] as number;
      const isUnknown = Number.isNaN(current);
      const exists = sent[i] !== undefined || (!isUnknown && (isBorn[i] || current !== 0));
      if (!exists) continue;
      const value = ended || isUnknown ? 0 : current;
      reported++;
      if (gauge) result.observe(gauge, value, attributes[i] as Attributes);
      // The first time also a zero: the series is born with it.
      else if (value !== sent[i]) {
        counter?.add(value - (base[i] ?? 0), attributes[i] as Attributes);
        base[i] = value;
      }
      sent[i] = value;
    }
    return reported;
  }

  /** What of these counts was reported, with their attributes, which are made once. */
  #reportedOf(scope: PolicyMetrics, counts: CounterSeries): Reported {
    let reported = this.#reported.get(counts);
    if (reported === undefined) {
      reported = { sent: [], base: baseOf(counts), attributes: [] };
      this.#reported.set(counts, reported);
    }
    const { attributes } = reported;
    while (attributes.length < counts.series.length) {
      attributes.push(attributesOf(scope, counts.series[attributes.length] as Series));
    }
    return reported;
  }

  #recorder(scope: PolicyMetrics, metric: Metric, series: number): Recorder {
    const histogram = this.#histograms.get(metric) as Histogram;
    const record = bindHistogram(histogram, attributesOf(scope, metric.series[series] as Series));
    const onRecord = metric === EXECUTION_DURATION ? this.#onExecution : undefined;
    return (seconds) => {
      try {
        onRecord?.();
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
          'Give fewer policy names (one for each dependency, not one for each request), or raise the ' +
          'limit. If you have raised it, all is well: the limit can not be read from here.',
      );
      return;
    }
  }
}

/** Counters continue from one provider to the next; each provider gets a state in full. */
function baseOf(counts: CounterSeries): number[] {
  if (counts.metric.instrument !== 'counter') return [];
  let base = handedOver.get(counts);
  if (base === undefined) {
    base = [];
    handedOver.set(counts, base);
  }
  return base;
}

function attributesOf(scope: PolicyMetrics, series: Series): Attributes {
  return { ...scope.attributes, [scope.subject]: scope.name, ...series };
}

/** Makes a reporter and starts it. A provider that fails is no fault of the user's call. */
export function connect(
  group: MeterGroup,
  provider: MeterProvider,
  onExecution?: () => void,
): Reporter | undefined {
  try {
    const reporter = new Reporter(group, provider, onExecution);
    reporter.start();
    return reporter;
  } catch (fault) {
    reportFault(fault);
    return undefined;
  }
}
