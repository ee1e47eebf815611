import type { Series as Attributes, Metric } from '../../src/semconv/metrics.ts';
import {
  type HistogramPart,
  type Matcher,
  type Naming,
  selector,
} from '../../src/semconv/prometheus.ts';

/** A value at a time in seconds, or undefined before the series exists. */
export type Value = (time: number) => number | undefined;

/** A series as a function of time. */
export interface Series {
  readonly metric: Metric;
  readonly attributes: Attributes;
  readonly part?: HistogramPart;
  readonly le?: string;
  /** The value of a gauge, or the count since time 0. A counter restarts with its process. */
  readonly value: Value;
  readonly isCounter: boolean;
  /** The number of values of a histogram, whose series appear with the first. */
  readonly values?: (time: number) => number;
}

/** A process and its series. */
export interface Replica {
  /** Undefined if the series have no instance label. */
  readonly instance?: string;
  readonly series: readonly Series[];
  /** Periods `[from, to]` without a process. The next process counts from zero. */
  readonly down?: readonly (readonly [number, number])[];
  /** Periods in which the process runs, but no scrape succeeds. */
  readonly missed?: readonly (readonly [number, number])[];
  /** Additional labels of the target. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Sampling {
  readonly naming: Naming;
  readonly jobLabel?: string;
  readonly instanceLabel?: string;
  /** Seconds between two samples. */
  readonly interval: number;
}

/** The input series of a promtool unit test. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** Samples a replica from 0 until a time. */
export function sampled(
  replica: Replica,
  job: string,
  sampling: Sampling,
  until: number,
): InputSeries[] {
  const { instance, down = [], missed = [], labels = {} } = replica;
  const { naming, interval, jobLabel = 'job', instanceLabel = 'instance' } = sampling;
  const times = Array.from({ length: Math.floor(until / interval) + 1 }, (_, i) => i * interval);
  const within = (periods: Replica['missed'], time: number) =>
    periods?.some(([from, to]) => time >= from && time < to) ?? false;
  const target = { [jobLabel]: job, ...(instance ? { [instanceLabel]: instance } : {}), ...labels };
  return replica.series.map(({ metric, attributes, part, le, value, isCounter, values }) => {
    const all = { ...target, ...attributes, ...(le === undefined ? {} : { le }) };
    const matchers = Object.entries(all).map(
      ([label, text]): Matcher => ({ label, op: '=', value: text }),
    );
    const at = (time: number) => {
      if (within(down, time) || within(missed, time)) return undefined;
      const born = Math.max(0, ...down.map(([, to]) => to).filter((to) => to <= time));
      if (values && values(time) === values(born)) return undefined;
      const now = value(time);
      return now === undefined || !isCounter ? now : now - (value(born) ?? 0);
    };
    return {
      series: selector(metric, naming, matchers, part),
      values: formatValues(times.map(at), naming),
    };
  });
}

/** After a failed scrape all series of the target are stale; after a failed push none is. */
function formatValues(values: readonly (number | undefined)[], naming: Naming): string {
  const stale = naming === 'prometheus-exporter' ? 'stale' : '_';
  return values.map((value, i) => value ?? (values[i - 1] === undefined ? '_' : stale)).join(' ');
}

const ZERO: Value = () => 0;

/** All series of a counter or gauge with closed attributes; values that are not given are 0. */
export function closed(
  metric: Metric,
  subject: string,
  received: readonly (readonly [Attributes, Value])[],
): Series[] {
  const of = (attributes: Attributes) =>
    received.find(([wanted]) =>
      Object.entries(wanted).every(([label, value]) => attributes[label] === value),
    );
  return metric.series.map((attributes) => ({
    metric,
    attributes: { [metric.subject]: subject, ...attributes },
    value: of(attributes)?.[1] ?? ZERO,
    isCounter: metric.instrument === 'counter',
  }));
}

/** Events at a time, or at a rate per second until a time. */
export interface Event {
  readonly at: number;
  readonly count?: number;
  readonly until?: number;
}

/** The number of events until a time. */
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

/** Events per second from one time to another. */
export function flow(count: number, at = 0, until = Number.MAX_SAFE_INTEGER): Value {
  return happened([{ at, count, until }]);
}

/** Events at one time. */
export function burst(count: number, at: number): Value {
  return happened([{ at, count }]);
}

export function plus(...values: readonly Value[]): Value {
  return (time) => values.reduce((sum, value) => sum + (value(time) ?? 0), 0);
}

/** The series of a histogram, which appear with the first value. */
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
    isCounter: true,
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
        observed.reduce((sum, item) => sum + happened([item])(time) * item.seconds, 0),
    },
  ];
}
