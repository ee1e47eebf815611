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
import type { Settings } from './options.ts';

/** The labels that Prometheus gives to every series of a replica. */
export const JOB = 'job';
export const INSTANCE = 'instance';
/** The bound of a histogram's bucket. */
export const LE = 'le';

/** What alerts and panels group by. `instance` stands for a replica. */
export const REPLICA = [JOB, INSTANCE, ATTR_POLICY_NAME] as const;

/** What a reader of a dashboard has chosen, by the variables of all dashboards. */
export const CHOSEN = {
  job: { label: JOB, op: '=~', value: '$job' },
  instance: { label: INSTANCE, op: '=~', value: '$instance' },
  policy: { label: ATTR_POLICY_NAME, op: '=~', value: '$policy' },
} as const satisfies Record<string, Matcher>;

/** Writes PromQL in one naming and one time scale. */
export class Queries {
  readonly settings: Settings;

  constructor(settings: Settings) {
    this.settings = settings;
  }

  /** The series of a metric. */
  of(metric: Metric, matchers: readonly Matcher[] = [], part?: HistogramPart): string {
    return selector(metric, this.settings.naming, matchers, part);
  }

  /** The series of a metric that the variables of a dashboard choose. */
  shown(metric: Metric, matchers: readonly Matcher[] = [], part?: HistogramPart): string {
    return this.of(metric, [...Object.values(CHOSEN), ...matchers], part);
  }

  /** The rate of what the variables of a dashboard choose. */
  rate(metric: Metric, matchers: readonly Matcher[] = [], part?: HistogramPart): string {
    return `rate(${this.shown(metric, matchers, part)}[$__rate_interval])`;
  }

  /** The grouping of an aggregation; never `without`, as other labels than ours come and go. */
  by(labels: readonly string[]): string {
    const references = labels.map((label) => labelReference(label, this.settings.naming));
    return `by (${references.join(', ')})`;
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

  /** A documented window. */
  window(documented: number): string {
    return duration(this.seconds(documented));
  }
}

export function is<T extends string>(label: string, value: T): Matcher {
  return { label, op: '=', value };
}

export function isNot<T extends string>(label: string, value: T): Matcher {
  return { label, op: '!=', value };
}

/** One of the values, none of which may mean anything to a regular expression. */
export function isOneOf<T extends string>(label: string, values: readonly T[]): Matcher {
  return { label, op: '=~', value: values.join('|') };
}
