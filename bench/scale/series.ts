import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_ERROR_TYPE,
  ATTR_FALLBACK_TYPE,
  ATTR_POLICY_TYPE,
  type FallbackType,
  POLICY_TYPES,
} from '../../src/semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_ADMINISTRATION,
  CIRCUIT_BREAKER_RECOVERY_DURATION,
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TRANSITIONS,
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
  ERROR_TYPES,
  MEDIAN_SECONDS,
  REACHED,
  SHARES,
  STANDING,
} from './behaviour.ts';

/** One line of the text format, and how its value moves. */
export interface Line {
  /** All before the value. */
  readonly head: string;
  /** The value, by the condition of the policy. */
  readonly stands?: ByCondition;
  /** What it gains in a second, by the condition of the policy. */
  readonly gains: ByCondition;
  /** What it gains when something happens that is called so. */
  readonly event?: string;
  /** What it gains when a circuit has recovered, after some seconds. */
  readonly recovered?: (seconds: number) => number;
  /** Appears with its first event, as a lazy series or an open attribute does. */
  readonly late: boolean;
  readonly whole: boolean;
}

const NOTHING: ByCondition = [0, 0, 0, 0, 0];
const FALLBACK_TYPE: FallbackType = 'cached';

/** Every series that a stack of five of that name has once everything has happened to it. */
export function linesOf(policy: string): Line[] {
  return METRICS.flatMap((metric) =>
    seriesOf(metric).flatMap((series) =>
      metric.instrument === 'histogram'
        ? histogram(metric, policy, series)
        : [single(metric, policy, series)],
    ),
  );
}

function seriesOf(metric: Metric): readonly Series[] {
  if (metric === ERRORS) {
    return POLICY_TYPES.flatMap((type) =>
      ERROR_TYPES.map((error) => ({ [ATTR_POLICY_TYPE]: type, [ATTR_ERROR_TYPE]: error })),
    );
  }
  // A fallback is of one type.
  return metric.series.filter(
    (series) => (series[ATTR_FALLBACK_TYPE] ?? FALLBACK_TYPE) === FALLBACK_TYPE,
  );
}

function single(metric: Metric, policy: string, series: Series): Line {
  const late = metric.isLazy(series);
  const line = { head: head(metric, policy, series), gains: NOTHING, late, whole: true };
  const stands = STANDING[metric.name];
  if (stands) return { ...line, stands };
  if (metric === CIRCUIT_BREAKER_STATE) return { ...line, stands: sharesOf(series) };
  if (metric === CIRCUIT_BREAKER_TRANSITIONS) return { ...line, event: eventOf(series) };
  if (metric === TELEMETRY_ERRORS || metric === CIRCUIT_BREAKER_ADMINISTRATION) return line;
  if (metric === ERRORS) return { ...line, gains: [0, 0.02, 1, 0, 0.1], late: true };
  const perSecond = metric === DEPENDENCY_RECOVERY_ATTEMPTS ? CHECKS_PER_SECOND : CALLS_PER_SECOND;
  return { ...line, gains: times(sharesOf(series), perSecond) };
}

/** What a change of state is called. */
export function changeOf(from: string, to: string): string {
  return `${from} ${to}`;
}

function eventOf(series: Series): string {
  const { [ATTR_CIRCUIT_BREAKER_STATE]: to = '', ...previous } = series;
  return changeOf(Object.values(previous)[0] ?? '', to);
}

function histogram(metric: Metric, policy: string, series: Series): Line[] {
  const recovers = metric === CIRCUIT_BREAKER_RECOVERY_DURATION;
  const perSecond = metric === DEPENDENCY_CHECK_DURATION ? CHECKS_PER_SECOND : CALLS_PER_SECOND;
  const gains = recovers ? NOTHING : times(sharesOf(series), perSecond);
  const part = (
    name: HistogramPart,
    share: (median: number) => number,
    recovered: (seconds: number) => number,
    le?: string,
  ): Line => ({
    head: head(metric, policy, series, name, le),
    gains: gains.map(
      (each, index) => each * share(MEDIAN_SECONDS[index] ?? 0),
    ) as unknown as ByCondition,
    ...(recovers ? { recovered } : {}),
    late: false,
    whole: name !== 'sum',
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
        (median) => within(bound, median),
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

/** The share of durations that a bucket holds: the log-logistic distribution, with a long tail. */
function within(bound: number, median: number): number {
  return 1 / (1 + (median / bound) ** 2);
}

function sharesOf(series: Series): ByCondition {
  const [known] = Object.entries(series).filter(([label]) => label in SHARES);
  if (known === undefined) return REACHED;
  const [label, value] = known;
  return SHARES[label]?.[value] ?? NOTHING;
}

function times(numbers: ByCondition, factor: number): ByCondition {
  return numbers.map((each) => each * factor) as unknown as ByCondition;
}

function head(
  metric: Metric,
  policy: string,
  series: Series,
  part?: HistogramPart,
  le?: string,
): string {
  const labels = { [metric.subject]: policy, ...series, otel_scope_name: 'cockatiel-otel' };
  const written = Object.entries({ ...labels, ...(le === undefined ? {} : { le }) }).map(
    ([label, value]) => `${labelName(label, 'prometheus-exporter')}="${value}"`,
  );
  return `${metricName(metric, 'prometheus-exporter', part)}{${written.join(',')}} `;
}
