/**
 * What a metric and an attribute are called in Prometheus, which depends on the road there.
 *
 * The four OTLP roads are the translation strategies of Prometheus 3, which the Collector, Mimir
 * and Grafana Cloud share: https://prometheus.io/docs/guides/opentelemetry/#translation-strategies
 * and https://github.com/prometheus/otlptranslator. Only those rules are here that the units and
 * names of this catalog meet; a test holds the catalog to them.
 */
import { NAMESPACE } from './attributes.ts';
import type { Metric } from './metrics.ts';

/**
 * The roads:
 * - `prometheus-exporter`: a scrape of `@opentelemetry/exporter-prometheus`
 * - `otlp`: `UnderscoreEscapingWithSuffixes`, as Collector, Prometheus 3 and Grafana Cloud do it
 * - `otlp-no-suffixes`: `UnderscoreEscapingWithoutSuffixes`, the default of Mimir
 * - `otlp-utf8-suffixes`: `NoUTF8EscapingWithSuffixes`
 * - `otlp-utf8`: `NoTranslation`
 */
export const NAMINGS = [
  'prometheus-exporter',
  'otlp',
  'otlp-no-suffixes',
  'otlp-utf8-suffixes',
  'otlp-utf8',
] as const;

export type Naming = (typeof NAMINGS)[number];

/** The series of every alert that is pending or firing, which Prometheus itself makes. */
export const ALERTS = 'ALERTS';
/** Labels that it gives them, beside those of the alert. */
export const LABEL_ALERT_NAME = 'alertname';
export const LABEL_ALERT_STATE = 'alertstate';
/** The series of every process that has the attributes of its OpenTelemetry resource as labels. */
export const TARGET_INFO = 'target_info';
export const LABEL_SERVICE_VERSION = 'service.version';

/** The label by which the rules of this package, as most, tell how urgent an alert is. */
export const LABEL_SEVERITY = 'severity';

/** The series that a classic histogram is made of. */
export type HistogramPart = 'bucket' | 'sum' | 'count';

export interface Matcher {
  /** An attribute, by its OpenTelemetry name, or a label of Prometheus such as `job` or `le`. */
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

interface Rules {
  readonly dots: boolean;
  readonly unit: boolean;
  readonly total: boolean;
}

const RULES: Readonly<Record<Naming, Rules>> = {
  'prometheus-exporter': { dots: false, unit: false, total: true },
  otlp: { dots: false, unit: true, total: true },
  'otlp-no-suffixes': { dots: false, unit: false, total: false },
  'otlp-utf8-suffixes': { dots: true, unit: true, total: true },
  'otlp-utf8': { dots: true, unit: false, total: false },
};

/** Words for units; an annotation in braces gives none. */
const UNIT_WORDS: Readonly<Record<string, string>> = { s: 'seconds' };

/**
 * @param part which series of a histogram; of no other instrument
 * @param prefix what a Collector puts before every name, by its option `namespace`
 */
export function metricName(
  metric: Metric,
  naming: Naming,
  part?: HistogramPart,
  prefix = '',
): string {
  const { unit, total } = RULES[naming];
  const word = unit ? UNIT_WORDS[metric.unit] : undefined;
  const name = [
    prefixed(escaped(metric.name, naming), prefix),
    ...(word ? [word] : []),
    ...(total && metric.instrument === 'counter' ? ['total'] : []),
    ...(part ? [part] : []),
  ];
  return name.join('_');
}

/**
 * The name of what a recording rule makes of a metric, `level:metric:operation`; the same on every
 * road. https://prometheus.io/docs/practices/rules/
 */
export function recordedName(
  metric: Metric,
  level: string,
  operation: string,
  prefix = '',
): string {
  return `${level}:${prefixed(metric.name.replaceAll('.', '_'), prefix)}:${operation}`;
}

function prefixed(name: string, prefix: string): string {
  return prefix === '' ? name : `${prefix}_${name}`;
}

/** @param attribute by its OpenTelemetry name; a label of Prometheus is returned as it is */
export function labelName(attribute: string, naming: Naming): string {
  return escaped(attribute, naming);
}

/** A label as PromQL writes it in `by (...)` and in a selector. */
export function labelReference(attribute: string, naming: Naming): string {
  return quoted(labelName(attribute, naming));
}

/**
 * A PromQL selector, such as `resilience_executions_total{job="shop"}`; on the UTF-8 roads, whose
 * names need quotes and a place inside the braces, `{"resilience.executions_total",job="shop"}`.
 */
export function selector(
  metric: Metric,
  naming: Naming,
  matchers: readonly Matcher[] = [],
  part?: HistogramPart,
  prefix?: string,
): string {
  return selectorOf(metricName(metric, naming, part, prefix), naming, matchers);
}

/** A selector of what is in Prometheus under the same name on every road, such as what is recorded. */
export function selectorOf(name: string, naming: Naming, matchers: readonly Matcher[]): string {
  const conditions = written(matchers, naming);
  if (!/^[a-zA-Z_:][\w:]*$/.test(name)) return `{${[quoted(name), ...conditions].join(',')}}`;
  return conditions.length > 0 ? `${name}{${conditions.join(',')}}` : name;
}

/** The series of every metric of this package. */
export function selectorOfAll(
  naming: Naming,
  matchers: readonly Matcher[],
  prefix?: string,
): string {
  const name = prefixed(escaped(NAMESPACE, naming), prefix ?? '').replaceAll('.', '\\.');
  return `{${written([{ label: '__name__', op: '=~', value: `${name}.+` }, ...matchers], naming).join(',')}}`;
}

function written(matchers: readonly Matcher[], naming: Naming): string[] {
  return matchers.map(
    ({ label, op, value }) => `${labelReference(label, naming)}${op}${JSON.stringify(value)}`,
  );
}

function escaped(name: string, naming: Naming): string {
  return RULES[naming].dots ? name : name.replaceAll('.', '_');
}

/** Whether a name is written without quotes, as every name was before Prometheus 3. */
function isLegacy(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

function quoted(name: string): string {
  return isLegacy(name) ? name : JSON.stringify(name);
}
