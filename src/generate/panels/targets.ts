/** PromQL that several panels use. All of it filters by the dashboard variables. */
import { ATTR_DEPENDENCY_NAME, ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import type { Metric } from '../../semconv/metrics.ts';
import { type HistogramPart, type Matcher, selectorOf } from '../../semconv/prometheus.ts';
import { LE, type Queries } from '../promql/queries.ts';

interface Aggregation {
  readonly by: readonly string[];
  readonly matchers?: readonly Matcher[];
  readonly part?: HistogramPart;
}

/** Events per second, summed by labels. */
export function rate(
  queries: Queries,
  metric: Metric,
  { by, matchers = [], part }: Aggregation,
): string {
  return sum(queries, by, queries.rate(metric, matchers, part));
}

/** Events in a window, summed by labels. */
export function increase(
  queries: Queries,
  metric: Metric,
  windowSeconds: number,
  { by, matchers = [], part }: Aggregation,
): string {
  const series = queries.dashboardSelector(metric, matchers, part);
  return sum(queries, by, `increase(${series}[${queries.window(windowSeconds)}])`);
}

/** The current values, summed by labels. */
export function total(queries: Queries, metric: Metric, by: readonly string[]): string {
  return sum(queries, by, queries.dashboardSelector(metric));
}

/** A quantile of a histogram. */
export function percentile(
  queries: Queries,
  quantile: number,
  metric: Metric,
  { by, matchers = [] }: Omit<Aggregation, 'part'>,
): string {
  const buckets = rate(queries, metric, { by: [...by, LE], matchers, part: 'bucket' });
  // Without calls the quantile is NaN, which the comparison removes.
  return `histogram_quantile(${quantile}, ${buckets}) >= 0`;
}

/**
 * The share of events in a window that took longer than a bucket bound. It reads one bucket, where a
 * quantile reads all, and it judges a limit equally: p95 is above 0.5 s if more than 5 % took longer.
 */
export function slowShare(
  queries: Queries,
  seconds: number,
  metric: Metric,
  { by, matchers = [] }: Omit<Aggregation, 'part'>,
  windowSeconds: number,
): string {
  const all = increase(queries, metric, windowSeconds, { by, matchers, part: 'count' });
  const fast = increase(queries, metric, windowSeconds, {
    by,
    matchers: [...matchers, queries.bucketMatcher(seconds)],
    part: 'bucket',
  });
  return `1 - ${ratio(fast, all)}`;
}

/** The share of calls that may be slower than the limit: 0.05 for p95. */
export function allowedSlowShare({ limits }: Queries): number {
  return Number((1 - limits.latency.quantile).toPrecision(12));
}

/** A ratio without series where the whole is 0. */
export function ratio(part: string, whole: string): string {
  return `${part}\n/ (${whole} > 0)`;
}

export function sum(queries: Queries, by: readonly string[], expr: string): string {
  return by.length === 0 ? `sum(${expr})` : `sum ${queries.by(by)} (${expr})`;
}

/**
 * The selector of a series that Prometheus creates, such as a recorded one. A recorded series sums all
 * replicas and has no instance label, so selecting one replica selects no series.
 */
export function ruleSelector(
  queries: Queries,
  name: string,
  matchers: readonly Matcher[] = [],
): string {
  const { service, instance, policy } = queries.dashboardMatchers;
  return selectorOf(name, queries.settings.naming, [...service, instance, policy, ...matchers]);
}

/**
 * The ratio of two recorded counts over a window. Overlapping recordings count an event several times,
 * in both counts alike.
 */
export function recordedRatio(
  queries: Queries,
  [part, whole]: readonly [string, string],
  by: readonly string[],
  window: string,
): string {
  const sumOver = (name: string) =>
    sum(queries, by, `sum_over_time(${ruleSelector(queries, name)}[${window}])`);
  return ratio(sumOver(part), sumOver(whole));
}

/** Matches the dependency with the name of the selected policy. */
export function dependencyMatcher(queries: Queries): Matcher {
  return { ...queries.dashboardMatchers.policy, label: ATTR_DEPENDENCY_NAME };
}

/** The legend of a policy, with its job, because two services can use the same policy name. */
export function policyLegend(queries: Queries): string {
  return `${queries.legend(ATTR_POLICY_NAME)} (${queries.legend(queries.job)})`;
}
