import type { Series as Attributes, Metric } from '../../src/semconv/metrics.ts';
import {
  type HistogramPart,
  type Matcher,
  type Naming,
  selector,
} from '../../src/semconv/prometheus.ts';

/** A value at a time in seconds; none where there is no series yet. */
export type Value = (time: number) => number | undefined;

/** A series as a function of time, whoever samples it. */
export interface Series {
  readonly metric: Metric;
  readonly attributes: Attributes;
  readonly part?: HistogramPart;
  readonly le?: string;
  /** What was counted since time 0, or how much there is. A counter begins anew with its process. */
  readonly value: Value;
  readonly counts: boolean;
  /** Of a histogram, how many values it has: its series appear with the first. */
  readonly values?: (time: number) => number;
}

/** A process, as Prometheus sees it. */
export interface Replica {
  /** None where the road gives no such label. */
  readonly instance?: string;
  readonly series: readonly Series[];
  /** When no process runs: `[from, to]`. What runs after it counts from zero. */
  readonly down?: readonly (readonly [number, number])[];
  /** When no scrape succeeds though the process runs. */
  readonly missed?: readonly (readonly [number, number])[];
  /** Labels that are not of the metrics. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Sampling {
  readonly naming: Naming;
  readonly jobLabel?: string;
  readonly instanceLabel?: string;
  /** Seconds between two samples. */
  readonly interval: number;
}

/** What promtool's unit tests take. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** Samples a replica from 0 to a time. */
export function sampled(
  replica: Replica,
  job: string,
  road: Sampling,
  until: number,
): InputSeries[] {
  const { instance, down = [], missed = [], labels = {} } = replica;
  const { naming, interval, jobLabel = 'job', instanceLabel = 'instance' } = road;
  const times = Array.from({ length: Math.floor(until / interval) + 1 }, (_, i) => i * interval);
  const within = (periods: Replica['missed'], time: number) =>
    periods?.some(([from, to]) => time >= from && time < to) ?? false;
  const target = { [jobLabel]: job, ...(instance ? { [instanceLabel]: instance } : {}), ...labels };
  return replica.series.map(({ metric, attributes, part, le, value, counts, values }) => {
    const all = { ...target, ...attributes, ...(le === undefined ? {} : { le }) };
    const matchers = Object.entries(all).map(
      ([label, text]): Matcher => ({ label, op: '=', value: text }),
    );
    const at = (time: number) => {
      if (within(down, time) || within(missed, time)) return undefined;
      const born = Math.max(0, ...down.map(([, to]) => to).filter((to) => to <= time));
      if (values && values(time) === values(born)) return undefined;
      const now = value(time);
      return now === undefined || !counts ? now : now - (value(born) ?? 0);
    };
    return {
      series: selector(metric, naming, matchers, part),
      values: written(times.map(at), naming),
    };
  });
}

/** A scrape that fails ends every series of its target; a push that fails ends none. */
function written(values: readonly (number | undefined)[], naming: Naming): string {
  const stale = naming === 'prometheus-exporter' ? 'stale' : '_';
  return values.map((value, i) => value ?? (values[i - 1] === undefined ? '_' : stale)).join(' ');
}

const ZERO: Value = () => 0;

/** A counter or a gauge: its whole closed list, zero but for what is given. */
export function closed(
  metric: Metric,
  subject: string,
  given: readonly (readonly [Attributes, Value])[],
): Series[] {
  const of = (attributes: Attributes) =>
    given.find(([wanted]) =>
      Object.entries(wanted).every(([label, value]) => attributes[label] === value),
    );
  return metric.series.map((attributes) => ({
    metric,
    attributes: { [metric.subject]: subject, ...attributes },
    value: of(attributes)?.[1] ?? ZERO,
    counts: metric.instrument === 'counter',
  }));
}

/** What happens: at a moment, or so often a second for a while. */
export interface Event {
  readonly at: number;
  readonly count?: number;
  readonly until?: number;
}

/** How much had happened by a time. */
export function happened(events: readonly Event[]): (time: number) => number {
  return (time) =>
    events.reduce((sum, { at, count = 1, until }) => {
      if (time < at) return sum;
      return (
        sum +
        (until === undefined ? count : Math.floor((Math.min(time, until) - at) * count + 1e-9))
      );
    }, 0);
}

/** So many a second, from one time to another. */
export function flow(count: number, at = 0, until = Number.MAX_SAFE_INTEGER): Value {
  return happened([{ at, count, until }]);
}

/** So many at a moment. */
export function burst(count: number, at: number): Value {
  return happened([{ at, count }]);
}

export function plus(...values: readonly Value[]): Value {
  return (time) => values.reduce((sum, value) => sum + (value(time) ?? 0), 0);
}

/** A histogram, whose series appear with their first value. */
export function histogram(
  metric: Metric,
  subject: string,
  attributes: Attributes,
  observed: readonly (Event & { readonly seconds: number })[],
): Series[] {
  const values = happened(observed);
  const common = {
    metric,
    attributes: { [metric.subject]: subject, ...attributes },
    counts: true,
    values,
  };
  const upTo = (bound: number) => happened(observed.filter(({ seconds }) => seconds <= bound));
  return [
    ...[...(metric.buckets ?? []), Number.POSITIVE_INFINITY].map((bound) => ({
      ...common,
      part: 'bucket' as const,
      le: bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound),
      value: upTo(bound),
    })),
    { ...common, part: 'count', value: values },
    {
      ...common,
      part: 'sum',
      value: (time) =>
        observed.reduce((sum, each) => sum + happened([each])(time) * each.seconds, 0),
    },
  ];
}
