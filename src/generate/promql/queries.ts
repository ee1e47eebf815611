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
import type { Limits } from '../limits.ts';
import type { GenerateSettings } from '../options.ts';
import { toDuration } from './duration.ts';

/** The bound of a histogram's bucket. */
export const LE = 'le';

/** A window holds so many samples at least: two to know a rate, one may be late, one be missed. */
const SAMPLES = 4;

/** Writes PromQL in one naming and one time scale. */
export class Queries {
  readonly settings: GenerateSettings;
  readonly limits: Limits;
  /** The labels that Prometheus gives to every series of a replica. */
  readonly job: string;
  readonly instance: string;
  /** The labels that identify a service: the job, and for example the cluster and the namespace. */
  readonly service: readonly string[];
  /** What alerts and panels group by, where one replica is meant. */
  readonly replica: readonly string[];
  /** What they group by where all replicas of a service are meant. */
  readonly policy: readonly string[];
  readonly #scope: readonly Matcher[];

  /** @param scope restricts every series of a policy, for limits that only some policies have */
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

  /** The same queries, about some policies only and with other limits. */
  restrictedTo({ limits, scope }: { limits: Limits; scope: Matcher }): Queries {
    return new Queries(this.settings, { limits, scope: [scope] });
  }

  /** The series of a metric. */
  selector(metric: Metric, matchers: readonly Matcher[] = [], part?: HistogramPart): string {
    const { naming, metricPrefix } = this.settings;
    const scope = metric.subject === ATTR_POLICY_NAME ? this.#scope : [];
    return selector(metric, naming, [...scope, ...matchers], part, metricPrefix);
  }

  /** The series of every metric of this package. */
  selectorOfAll(matchers: readonly Matcher[]): string {
    const { naming, metricPrefix } = this.settings;
    return selectorOfAll(naming, matchers, metricPrefix);
  }

  /** What a recording rule makes of a metric, by service and policy. */
  recordedName(metric: Metric, operation: string): string {
    return recordedName(metric, 'policy', operation, this.settings.metricPrefix);
  }

  /** The series that a recording rule makes. */
  recordedSelector(metric: Metric, operation: string): string {
    return selectorOf(this.recordedName(metric, operation), this.settings.naming, this.#scope);
  }

  /** Lists of labels as PromQL writes them in `by (...)` and `on (...)`. */
  get grouping() {
    const others = this.service.filter((label) => label !== this.job);
    return {
      service: this.labels(this.service),
      policy: this.labels(this.policy),
      replica: this.labels(this.replica),
      dependency: this.labels([...this.service, ATTR_DEPENDENCY_NAME]),
      /** A policy in all jobs: of one cluster or namespace, where these identify a service. */
      jobs: this.labels([...others, ATTR_POLICY_NAME]),
    };
  }

  /** The service that an alert is about, for its annotations: `job {{ $labels.job }}`. */
  get serviceTemplate(): string {
    return this.service.map((label) => `${label} {{ ${this.labelExpression(label)} }}`).join(', ');
  }

  /** The value of a label for an annotation. */
  labelTemplate(label: string): string {
    return `{{ ${this.labelExpression(label)} }}`;
  }

  /** What a reader of a dashboard has chosen, by the variables of all dashboards. */
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

  /** The dashboard variable of a label that identifies a service. */
  variable(label: string): string {
    return label === this.job ? 'job' : label.replaceAll('.', '_');
  }

  /** What a reader of a dashboard sees as the name of such a label. */
  title(label: string): string {
    const name = this.variable(label);
    return name.charAt(0).toUpperCase() + name.slice(1);
  }

  /** The series of a metric that the variables of a dashboard choose; a dependency is no policy. */
  dashboardSelector(
    metric: Metric,
    matchers: readonly Matcher[] = [],
    part?: HistogramPart,
  ): string {
    const { service, instance, policy } = this.dashboardMatchers;
    const subject = metric.subject === ATTR_POLICY_NAME ? [policy] : [];
    return this.selector(metric, [...service, instance, ...subject, ...matchers], part);
  }

  /** The rate of what the variables of a dashboard choose. */
  rate(metric: Metric, matchers: readonly Matcher[] = [], part?: HistogramPart): string {
    return `rate(${this.dashboardSelector(metric, matchers, part)}[$__rate_interval])`;
  }

  /** The grouping of an aggregation; never `without`, as other labels than ours come and go. */
  by(labels: readonly string[]): string {
    return `by (${this.labels(labels)})`;
  }

  /** Labels as PromQL lists them. */
  labels(labels: readonly string[]): string {
    return labels.map((label) => labelReference(label, this.settings.naming)).join(', ');
  }

  /** Matches the bucket with an upper bound. */
  bucketMatcher(bound: number): Matcher {
    return Number.isInteger(bound) ? matches(LE, leValue(bound)) : equals(LE, leValue(bound));
  }

  /** The value of a label in a template of an alert's annotation. */
  labelExpression(label: string): string {
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
    return toDuration(this.seconds(documented));
  }

  /** The seconds of a documented window, which holds samples enough to be judged by. */
  windowSeconds(documented: number): number {
    return Math.max(this.seconds(documented), SAMPLES * this.settings.scrapeInterval);
  }

  /** A documented window, as Prometheus writes it. */
  window(documented: number): string {
    return toDuration(this.windowSeconds(documented));
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

/** One of the values, none of which may mean anything to a regular expression. */
export function oneOf<T extends string>(label: string, values: readonly T[]): Matcher {
  return { label, op: '=~', value: values.join('|') };
}
