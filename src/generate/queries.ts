import { ATTR_POLICY_NAME } from '../semconv/attributes.ts';
import type { Metric } from '../semconv/metrics.ts';
import {
  type HistogramPart,
  labelName,
  labelReference,
  type Matcher,
  selector,
} from '../semconv/prometheus.ts';
import { duration } from './duration.ts';
import type { Limits } from './limits.ts';
import type { Settings } from './options.ts';

/** The bound of a histogram's bucket. */
export const LE = 'le';

interface Gained {
  readonly by: readonly string[];
  readonly matchers?: readonly Matcher[];
  readonly part?: HistogramPart;
}

/** A window holds so many samples at least: two to know a rate, one may be late, one be missed. */
const SAMPLES = 4;

/** Writes PromQL in one naming and one time scale. */
export class Queries {
  readonly settings: Settings;
  readonly limits: Limits;
  /** The labels that Prometheus gives to every series of a replica. */
  readonly job: string;
  readonly instance: string;
  /** What alerts and panels group by, where one replica is meant. */
  readonly replica: readonly string[];
  /** What they group by where all replicas of a service are meant. */
  readonly policy: readonly string[];

  constructor(settings: Settings) {
    this.settings = settings;
    this.limits = settings.limits;
    this.job = settings.jobLabel;
    this.instance = settings.instanceLabel;
    this.replica = [this.job, this.instance, ATTR_POLICY_NAME];
    this.policy = [this.job, ATTR_POLICY_NAME];
  }

  /** The series of a metric. */
  of(metric: Metric, matchers: readonly Matcher[] = [], part?: HistogramPart): string {
    return selector(metric, this.settings.naming, matchers, part);
  }

  /** What a reader of a dashboard has chosen, by the variables of all dashboards. */
  get chosen(): Readonly<Record<'job' | 'instance' | 'policy', Matcher>> {
    return {
      job: { label: this.job, op: '=~', value: '$job' },
      instance: { label: this.instance, op: '=~', value: '$instance' },
      policy: { label: ATTR_POLICY_NAME, op: '=~', value: '$policy' },
    };
  }

  /** The series of a metric that the variables of a dashboard choose; a dependency is no policy. */
  shown(metric: Metric, matchers: readonly Matcher[] = [], part?: HistogramPart): string {
    const { job, instance, policy } = this.chosen;
    const subject = metric.subject === ATTR_POLICY_NAME ? [policy] : [];
    return this.of(metric, [job, instance, ...subject, ...matchers], part);
  }

  /** The rate of what the variables of a dashboard choose. */
  rate(metric: Metric, matchers: readonly Matcher[] = [], part?: HistogramPart): string {
    return `rate(${this.shown(metric, matchers, part)}[$__rate_interval])`;
  }

  /** The grouping of an aggregation; never `without`, as other labels than ours come and go. */
  by(labels: readonly string[]): string {
    return `by (${this.labels(labels)})`;
  }

  /** Labels as PromQL lists them. */
  labels(labels: readonly string[]): string {
    return labels.map((label) => labelReference(label, this.settings.naming)).join(', ');
  }

  /** What a counter gained in a documented window, summed by labels. */
  gained(metric: Metric, windowSeconds: number, { by, matchers = [], part }: Gained): string {
    const series = this.of(metric, matchers, part);
    return `sum ${this.by(by)} (increase(${series}[${this.window(windowSeconds)}]))`;
  }

  /** The matcher of the bucket of what took so many seconds at most, however `le` is written. */
  atMost(seconds: number): Matcher {
    // Prometheus 3 writes 5.0 where an exporter writes 5.
    return Number.isInteger(seconds) ? matches(LE, `${seconds}(\\.0)?`) : is(LE, String(seconds));
  }

  /** The value of a label in a template of an alert's annotation. */
  labelValue(label: string): string {
    const name = labelName(label, this.settings.naming);
    return /^\w+$/.test(name) ? `$labels.${name}` : `index $labels ${JSON.stringify(name)}`;
  }

  /** The value of a label in the legend of a panel. */
  legend(label: string): string {
    return `{{${labelName(label, this.settings.naming)}}}`;
  }

  /** A documented time, in seconds of this time scale. */
  seconds(documented: number): number {
    return Math.round((documented * 1000) / this.settings.timeScale) / 1000;
  }

  /** A documented time, as Prometheus writes it. */
  time(documented: number): string {
    return duration(this.seconds(documented));
  }

  /** A documented time and one sample more, in seconds. */
  secondsAndSample(documented: number): number {
    const seconds = this.seconds(documented) + this.settings.scrapeInterval;
    return Math.round(seconds * 1000) / 1000;
  }

  timeAndSample(documented: number): string {
    return duration(this.secondsAndSample(documented));
  }

  /** The seconds of a documented window, which holds samples enough to be judged by. */
  windowSeconds(documented: number): number {
    return Math.max(this.seconds(documented), SAMPLES * this.settings.scrapeInterval);
  }

  /** A documented window, as Prometheus writes it. */
  window(documented: number): string {
    return duration(this.windowSeconds(documented));
  }
}

export function is<T extends string>(label: string, value: T): Matcher {
  return { label, op: '=', value };
}

export function isNot<T extends string>(label: string, value: T): Matcher {
  return { label, op: '!=', value };
}

export function matches(label: string, value: string): Matcher {
  return { label, op: '=~', value };
}

/** One of the values, none of which may mean anything to a regular expression. */
export function isOneOf<T extends string>(label: string, values: readonly T[]): Matcher {
  return { label, op: '=~', value: values.join('|') };
}
