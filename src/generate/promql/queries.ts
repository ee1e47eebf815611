import { ATTR_DEPENDENCY_NAME, ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import type { Metric } from '../../semconv/metrics.ts';
import {
  type HistogramPart,
  labelName,
  labelReference,
  type Matcher,
  recordedName,
  selector,
  selectorOf,
  selectorOfAll,
} from '../../semconv/prometheus.ts';
import type { GenerateSettings } from '../options/generate-options.ts';
import type { Limits } from '../options/limits.ts';
import { toDuration } from './duration.ts';

/** The label with the upper bound of a histogram bucket. */
export const LE = 'le';

/** Samples in a window, at least: a rate needs two, a third may be late, a fourth may be missing. */
const MIN_SAMPLES = 4;

/** Writes PromQL for the naming, labels and time scale of the settings. */
export class Queries {
  readonly settings: GenerateSettings;
  readonly limits: Limits;
  /** The label of the service, and the label of the replica. */
  readonly job: string;
  readonly instance: string;
  /** The labels that identify a service: the job, and for example cluster and namespace. */
  readonly service: readonly string[];
  /** The labels of a policy on a replica. */
  readonly replica: readonly string[];
  /** The labels of a policy on all replicas of a service. */
  readonly policy: readonly string[];
  readonly #scope: readonly Matcher[];

  /** @param scope matchers for every series of a policy, used for limits of single policies */
  constructor(
    settings: GenerateSettings,
    { limits = settings.limits, scope = [] }: { limits?: Limits; scope?: readonly Matcher[] } = {},
  ) {
    this.settings = settings;
    this.limits = limits;
    this.job = settings.jobLabel;
    this.instance = settings.instanceLabel;
    this.service = settings.groupLabels;
    this.replica = [...this.service, this.instance, ATTR_POLICY_NAME];
    this.policy = [...this.service, ATTR_POLICY_NAME];
    this.#scope = scope;
  }

  /** The same queries, restricted to some policies and with other limits. */
  restrictedTo({ limits, scope }: { limits: Limits; scope: Matcher }): Queries {
    return new Queries(this.settings, { limits, scope: [scope] });
  }

  /** The selector of a metric. */
  selector(metric: Metric, matchers: readonly Matcher[] = [], part?: HistogramPart): string {
    const { naming, metricPrefix } = this.settings;
    const scope = metric.subject === ATTR_POLICY_NAME ? this.#scope : [];
    return selector(metric, naming, [...scope, ...matchers], part, metricPrefix);
  }

  /** A selector for the metrics of this package, whatever their names. */
  selectorOfAll(matchers: readonly Matcher[]): string {
    const { naming, metricPrefix } = this.settings;
    return selectorOfAll(naming, matchers, metricPrefix);
  }

  /** The name of a recorded series, which has the labels of a policy. */
  recordedName(metric: Metric, operation: string): string {
    return recordedName(metric, 'policy', operation, this.settings.metricPrefix);
  }

  /** The selector of a recorded series. */
  recordedSelector(metric: Metric, operation: string): string {
    return selectorOf(this.recordedName(metric, operation), this.settings.naming, this.#scope);
  }

  /** Label lists for `by (...)` and `on (...)`. */
  get grouping() {
    const others = this.service.filter((label) => label !== this.job);
    return {
      service: this.labels(this.service),
      policy: this.labels(this.policy),
      replica: this.labels(this.replica),
      dependency: this.labels([...this.service, ATTR_DEPENDENCY_NAME]),
      /** A policy in all jobs, per cluster or namespace if these identify a service. */
      jobs: this.labels([...others, ATTR_POLICY_NAME]),
    };
  }

  /** The service of an alert, for its annotations: `job {{ $labels.job }}`. */
  get serviceTemplate(): string {
    return this.service.map((label) => `${label} {{ ${this.labelExpression(label)} }}`).join(', ');
  }

  /** The template of a label value in an annotation: `{{ $labels.job }}`. */
  labelTemplate(label: string): string {
    return `{{ ${this.labelExpression(label)} }}`;
  }

  /** Matchers for the dashboard variables. */
  get dashboardMatchers(): Readonly<Record<'instance' | 'policy', Matcher>> & {
    readonly service: readonly Matcher[];
  } {
    return {
      service: this.service.map((label) => ({
        label,
        op: '=~',
        value: `$${this.variable(label)}`,
      })),
      instance: { label: this.instance, op: '=~', value: '$instance' },
      policy: { label: ATTR_POLICY_NAME, op: '=~', value: '$policy' },
    };
  }

  /** The dashboard variable for a label of a service. */
  variable(label: string): string {
    return label === this.job ? 'job' : label.replaceAll('.', '_');
  }

  /** The title of that variable. */
  title(label: string): string {
    const name = this.variable(label);
    return name.charAt(0).toUpperCase() + name.slice(1);
  }

  /** The selector of a metric with the dashboard variables. Only metrics of a policy use `$policy`. */
  dashboardSelector(
    metric: Metric,
    matchers: readonly Matcher[] = [],
    part?: HistogramPart,
  ): string {
    const { service, instance, policy } = this.dashboardMatchers;
    const subject = metric.subject === ATTR_POLICY_NAME ? [policy] : [];
    return this.selector(metric, [...service, instance, ...subject, ...matchers], part);
  }

  /** The rate of a metric with the dashboard variables. */
  rate(metric: Metric, matchers: readonly Matcher[] = [], part?: HistogramPart): string {
    return `rate(${this.dashboardSelector(metric, matchers, part)}[$__rate_interval])`;
  }

  /** The grouping of an aggregation. `without` would depend on labels that this package does not know. */
  by(labels: readonly string[]): string {
    return `by (${this.labels(labels)})`;
  }

  /** A label list in PromQL. */
  labels(labels: readonly string[]): string {
    return labels.map((label) => labelReference(label, this.settings.naming)).join(', ');
  }

  /** Matches the bucket with an upper bound. */
  bucketMatcher(bound: number): Matcher {
    return Number.isInteger(bound) ? matches(LE, leValue(bound)) : equals(LE, leValue(bound));
  }

  /** The label value inside of a template: `$labels.job`. */
  labelExpression(label: string): string {
    const name = labelName(label, this.settings.naming);
    return /^\w+$/.test(name) ? `$labels.${name}` : `index $labels ${JSON.stringify(name)}`;
  }

  /** The label value in the legend of a panel. */
  legend(label: string): string {
    return `{{${labelName(label, this.settings.naming)}}}`;
  }

  /** Seconds, divided by the time scale. */
  seconds(seconds: number): number {
    return Math.round((seconds * 1000) / this.settings.timeScale) / 1000;
  }

  /** A duration in PromQL, divided by the time scale. */
  time(seconds: number): string {
    return toDuration(this.seconds(seconds));
  }

  /** Seconds of a window, divided by the time scale, but long enough for `MIN_SAMPLES`. */
  windowSeconds(seconds: number): number {
    return Math.max(this.seconds(seconds), MIN_SAMPLES * this.settings.scrapeInterval);
  }

  /** A window in PromQL, divided by the time scale, but long enough for `MIN_SAMPLES`. */
  window(seconds: number): string {
    return toDuration(this.windowSeconds(seconds));
  }
}

/** Prometheus 3 writes 5.0 where an exporter writes 5. */
function leValue(bound: number): string {
  return Number.isInteger(bound) ? `${bound}(\\.0)?` : String(bound);
}

export function equals<T extends string>(label: string, value: T): Matcher {
  return { label, op: '=', value };
}

export function notEquals<T extends string>(label: string, value: T): Matcher {
  return { label, op: '!=', value };
}

export function matches(label: string, value: string): Matcher {
  return { label, op: '=~', value };
}

export function noneOf<T extends string>(label: string, values: readonly T[]): Matcher {
  return { label, op: '!~', value: values.join('|') };
}

/** Matches any of the values, which must not contain characters of a regular expression. */
export function oneOf<T extends string>(label: string, values: readonly T[]): Matcher {
  return { label, op: '=~', value: values.join('|') };
}
