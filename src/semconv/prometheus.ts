/**
 * Names of metrics and attributes in Prometheus, which depend on the export path.
 *
 * The four OTLP namings are the translation strategies of Prometheus 3, which the Collector, Mimir
 * and Grafana Cloud share: https://prometheus.io/docs/guides/opentelemetry/#translation-strategies
 * and https://github.com/prometheus/otlptranslator. Implements only the rules
 * that the units and names of this catalog need; a test checks that.
 */
import { NAMESPACE } from './attributes.ts';
import type { Metric } from './metrics.ts';

/**
 * The namings:
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

/**
 * The translation strategy that decides the metric names in Prometheus.
 *
 * @example
 * const naming: Naming = 'otlp';
 */
export type Naming = (typeof NAMINGS)[number];

/** The series of pending and firing alerts, which Prometheus creates. */
export const ALERTS = 'ALERTS';
/** Labels that Prometheus adds to those of the alert. */
export const LABEL_ALERT_NAME = 'alertname';
export const LABEL_ALERT_STATE = 'alertstate';
/** The series with the resource attributes of each process as labels. */
export const TARGET_INFO = 'target_info';
export const LABEL_SERVICE_VERSION = 'service.version';

/** The label with the urgency of an alert. */
export const LABEL_SEVERITY = 'severity';

/** The series of a classic histogram. */
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

/** Suffixes for units; a unit in braces has none. */
const UNIT_WORDS: Readonly<Record<string, string>> = { s: 'seconds' };

/**
 * @param part the series of a histogram
 * @param prefix that a Collector adds to every name by its option `namespace`
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
    withPrefix(escapeDots(metric.name, naming), prefix),
    ...(word ? [word] : []),
    ...(total && metric.instrument === 'counter' ? ['total'] : []),
    ...(part ? [part] : []),
  ];
  return name.join('_');
}

/**
 * The name of a recorded series, `level:metric:operation`; the same for every naming. https://prometheus.io/docs/practices/rules/
 */
export function recordedName(
  metric: Metric,
  level: string,
  operation: string,
  prefix = '',
): string {
  return `${level}:${withPrefix(metric.name.replaceAll('.', '_'), prefix)}:${operation}`;
}

function withPrefix(name: string, prefix: string): string {
  return prefix === '' ? name : `${prefix}_${name}`;
}

/** @param attribute the OpenTelemetry name, or a label of Prometheus, which is returned unchanged */
export function labelName(attribute: string, naming: Naming): string {
  return escapeDots(attribute, naming);
}

/** A label in the notation of PromQL. */
export function labelReference(attribute: string, naming: Naming): string {
  return quote(labelName(attribute, naming));
}

/**
 * A PromQL selector, such as `resilience_executions_total{job="shop"}`. UTF-8 names need
 * quotes inside the braces: `{"resilience.executions_total",job="shop"}`.
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

/** A selector of a name that is the same for every naming, such as a recorded series. */
export function selectorOf(name: string, naming: Naming, matchers: readonly Matcher[]): string {
  const conditions = toConditions(matchers, naming);
  if (!/^[a-zA-Z_:][\w:]*$/.test(name)) return `{${[quote(name), ...conditions].join(',')}}`;
  return conditions.length > 0 ? `${name}{${conditions.join(',')}}` : name;
}

/** A selector of all metrics of this package. */
export function selectorOfAll(
  naming: Naming,
  matchers: readonly Matcher[],
  prefix?: string,
): string {
  const name = withPrefix(escapeDots(NAMESPACE, naming), prefix ?? '').replaceAll('.', '\\.');
  return `{${toConditions([{ label: '__name__', op: '=~', value: `${name}.+` }, ...matchers], naming).join(',')}}`;
}

function toConditions(matchers: readonly Matcher[], naming: Naming): string[] {
  return matchers.map(
    ({ label, op, value }) => `${labelReference(label, naming)}${op}${JSON.stringify(value)}`,
  );
}

function escapeDots(name: string, naming: Naming): string {
  return RULES[naming].dots ? name : name.replaceAll('.', '_');
}

/** Whether a name needs no quotes; before Prometheus 3, all names were of this kind. */
function isLegacy(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}

function quote(name: string): string {
  return isLegacy(name) ? name : JSON.stringify(name);
}
