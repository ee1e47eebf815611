import {
  ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE,
  ATTR_CIRCUIT_BREAKER_STATE,
  type ATTR_DEGRADATION_NAME,
  ATTR_DEGRADATION_PART,
  type ATTR_DEPENDENCY_NAME,
  ATTR_ERROR_TYPE,
  ATTR_FALLBACK_TYPE,
  ATTR_OUTCOME,
  type ATTR_POLICY_NAME,
  ATTR_POLICY_TYPE,
  ATTR_RETRY_ATTEMPT,
  type FallbackType,
} from '../../src/semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_ADMINISTRATION,
  CIRCUIT_BREAKER_RECOVERY_DURATION,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TRANSITIONS,
  DEGRADATION_PARTS,
  DEPENDENCY_CHECK_DURATION,
  DEPENDENCY_RECOVERY_ATTEMPTS,
  ERRORS,
  METRICS,
  type Metric,
  type Series,
  TELEMETRY_ERRORS,
} from '../../src/semconv/metrics.ts';
import { type HistogramPart, labelName, metricName } from '../../src/semconv/prometheus.ts';
import {
  type ByCondition,
  CALLS_PER_SECOND,
  CHECKS_PER_SECOND,
  ERRORS_OF,
  GAUGES,
  MEDIAN_SECONDS,
  SHARES,
  WITHOUT_ATTRIBUTE,
} from './behaviour.ts';

/** One line of the text format, and how its value changes. */
export interface Line {
  /** The text before the value. */
  readonly head: string;
  /** The value of a gauge, by the condition of the policy. */
  readonly gauge?: ByCondition;
  /** The increase per second, by the condition of the policy. */
  readonly perSecond: ByCondition;
  /** The event that increases the value by 1. */
  readonly event?: string;
  /** The increase when a circuit closes after some seconds. */
  readonly recovered?: (seconds: number) => number;
  /** `first-event`: the line appears when its value is 1. `previous`: it appears with the line before it. */
  readonly appears: 'at-start' | 'first-event' | 'previous';
  readonly isWhole: boolean;
}

export type Subject =
  | typeof ATTR_POLICY_NAME
  | typeof ATTR_DEPENDENCY_NAME
  | typeof ATTR_DEGRADATION_NAME;

const NEVER: ByCondition = [0, 0, 0, 0, 0];
const FALLBACK_TYPE: FallbackType = 'cached';
const PARTS = ['profile', 'orders', 'recommendations'];

/** Lazy series that a stack of five has from the start, because it has the member that can cause them. */
const OF_A_STACK: Series[] = [
  ...['fallback', 'rejected', 'timed_out'].map((outcome) => ({ [ATTR_OUTCOME]: outcome })),
  ...['1', '2'].map((attempt) => ({ [ATTR_RETRY_ATTEMPT]: attempt })),
];

/** Every series that a stack of five, a checked dependency or a gathered answer can have. */
export function linesOf(subject: Subject, name: string): Line[] {
  return METRICS.filter((metric) => metric.subject === subject).flatMap((metric) =>
    seriesOf(metric).flatMap((series) =>
      metric.instrument === 'histogram'
        ? histogram(metric, name, series)
        : [single(metric, name, series)],
    ),
  );
}

function seriesOf(metric: Metric): readonly Series[] {
  if (metric === ERRORS) {
    return Object.entries(ERRORS_OF).flatMap(([type, errors]) =>
      errors.map((error) => ({ [ATTR_POLICY_TYPE]: type, [ATTR_ERROR_TYPE]: error })),
    );
  }
  if (metric === DEGRADATION_PARTS) {
    return PARTS.flatMap((part) =>
      ['success', 'fallback', 'failure'].map((outcome) => ({
        [ATTR_DEGRADATION_PART]: part,
        [ATTR_OUTCOME]: outcome,
      })),
    );
  }
  // A fallback has one type.
  return metric.series.filter(
    (series) => (series[ATTR_FALLBACK_TYPE] ?? FALLBACK_TYPE) === FALLBACK_TYPE,
  );
}

function single(metric: Metric, name: string, series: Series): Line {
  const isLate =
    metric === ERRORS ||
    metric === DEGRADATION_PARTS ||
    metric === DEPENDENCY_RECOVERY_ATTEMPTS ||
    (metric.isLazy(series) && !OF_A_STACK.some((known) => matches(series, known)));
  const line: Line = {
    head: head(metric, name, series),
    perSecond: NEVER,
    appears: isLate ? 'first-event' : 'at-start',
    isWhole: true,
  };
  const gauge = GAUGES[metric.name];
  if (gauge) return { ...line, gauge };
  if (metric === CIRCUIT_BREAKER_STATE) return { ...line, gauge: sharesOf(series) };
  if (metric === CIRCUIT_BREAKER_TRANSITIONS) return { ...line, event: eventOf(series) };
  if (metric === TELEMETRY_ERRORS || metric === CIRCUIT_BREAKER_ADMINISTRATION) return line;
  if (metric === ERRORS) return { ...line, perSecond: [0, 0.02, 1, 0, 0.1] };
  const perSecond = metric === DEPENDENCY_RECOVERY_ATTEMPTS ? CHECKS_PER_SECOND : CALLS_PER_SECOND;
  return { ...line, perSecond: times(sharesOf(series), perSecond) };
}

function matches(series: Series, wanted: Series): boolean {
  return Object.entries(wanted).every(([label, value]) => series[label] === value);
}

/** The name of the event that a breaker changes its state. */
export function transitionOf(from: string, to: string): string {
  return `${from} -> ${to}`;
}

function eventOf(series: Series): string {
  return transitionOf(
    series[ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE] ?? '',
    series[ATTR_CIRCUIT_BREAKER_STATE] ?? '',
  );
}

function histogram(metric: Metric, name: string, series: Series): Line[] {
  const isRecovery = metric === CIRCUIT_BREAKER_RECOVERY_DURATION;
  const perSecond = metric === DEPENDENCY_CHECK_DURATION ? CHECKS_PER_SECOND : CALLS_PER_SECOND;
  const observed = isRecovery ? NEVER : times(sharesOf(series), perSecond);
  const part = (
    partName: HistogramPart,
    share: (median: number) => number,
    recovered: (seconds: number) => number,
    le?: string,
  ): Line => ({
    head: head(metric, name, series, partName, le),
    perSecond: observed.map(
      (rate, index) => rate * share(MEDIAN_SECONDS[index] ?? 0),
    ) as unknown as ByCondition,
    ...(isRecovery ? { recovered } : {}),
    appears: partName === 'count' ? 'first-event' : 'previous',
    isWhole: partName !== 'sum',
  });
  return [
    part(
      'count',
      () => 1,
      () => 1,
    ),
    part(
      'sum',
      (median) => median * 1.5,
      (seconds) => seconds,
    ),
    ...(metric.buckets ?? []).map((bound) =>
      part(
        'bucket',
        (median) => shareWithin(bound, median),
        (seconds) => Number(seconds <= bound),
        String(bound),
      ),
    ),
    part(
      'bucket',
      () => 1,
      () => 1,
      '+Inf',
    ),
  ];
}

/** The share of durations up to a bound: the log-logistic distribution, which has a long tail. */
function shareWithin(bound: number, median: number): number {
  return 1 / (1 + (median / bound) ** 2);
}

function sharesOf(series: Series): ByCondition {
  const [known] = Object.entries(series).filter(([label]) => label in SHARES);
  if (known === undefined) return WITHOUT_ATTRIBUTE;
  const [label, value] = known;
  return SHARES[label]?.[value] ?? NEVER;
}

function times(numbers: ByCondition, factor: number): ByCondition {
  return numbers.map((number) => number * factor) as unknown as ByCondition;
}

function head(
  metric: Metric,
  name: string,
  series: Series,
  part?: HistogramPart,
  le?: string,
): string {
  const labels = { [metric.subject]: name, ...series, otel_scope_name: 'cockatiel-otel' };
  const pairs = Object.entries({ ...labels, ...(le === undefined ? {} : { le }) }).map(
    ([label, value]) => `${labelName(label, 'prometheus-exporter')}="${value}"`,
  );
  return `${metricName(metric, 'prometheus-exporter', part)}{${pairs.join(',')}} `;
}
