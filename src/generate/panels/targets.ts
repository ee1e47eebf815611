/** PromQL that several panels ask. */
import { ATTR_DEPENDENCY_NAME, ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import type { Metric } from '../../semconv/metrics.ts';
import { type HistogramPart, type Matcher, selectorOf } from '../../semconv/prometheus.ts';
import { LE, type Queries } from '../promql/queries.ts';

interface Of {
  readonly by: readonly string[];
  readonly matchers?: readonly Matcher[];
  readonly part?: HistogramPart;
}

/** How fast it grows, summed by labels. */
export function rate(queries: Queries, metric: Metric, { by, matchers = [], part }: Of): string {
  return sum(queries, by, queries.rate(metric, matchers, part));
}

/** What it gained in a documented window, summed by labels. */
export function gained(
  queries: Queries,
  metric: Metric,
  windowSeconds: number,
  { by, matchers = [], part }: Of,
): string {
  const series = queries.dashboardSelector(metric, matchers, part);
  return sum(queries, by, `increase(${series}[${queries.window(windowSeconds)}])`);
}

/** What there is of it now, summed by labels. */
export function now(queries: Queries, metric: Metric, by: readonly string[]): string {
  return sum(queries, by, queries.dashboardSelector(metric));
}

/** A percentile of a histogram: of the time shown, or of a documented window. */
export function percentile(
  queries: Queries,
  quantile: number,
  metric: Metric,
  { by, matchers = [] }: Omit<Of, 'part'>,
  windowSeconds?: number,
): string {
  const of = { by: [...by, LE], matchers, part: 'bucket' } as const;
  const buckets =
    windowSeconds === undefined
      ? rate(queries, metric, of)
      : gained(queries, metric, windowSeconds, of);
  // Nothing of nothing is no duration.
  return `histogram_quantile(${quantile}, ${buckets}) >= 0`;
}

/**
 * The share that took longer than one bound of the buckets, in a documented window. Of a large fleet
 * it costs a small part of a percentile, which reads all buckets, and says the same of a limit: p95
 * is above 0.5 s where more than 5 % took longer.
 */
export function slower(
  queries: Queries,
  seconds: number,
  metric: Metric,
  { by, matchers = [] }: Omit<Of, 'part'>,
  windowSeconds: number,
): string {
  const all = gained(queries, metric, windowSeconds, { by, matchers, part: 'count' });
  const fast = gained(queries, metric, windowSeconds, {
    by,
    matchers: [...matchers, queries.bucketMatcher(seconds)],
    part: 'bucket',
  });
  return `1 - ${ratio(fast, all)}`;
}

/** So many may be slower than the documented limit of a percentile. */
export function maySlower({ limits }: Queries): number {
  return Number((1 - limits.latency.quantile).toPrecision(12));
}

/** Nothing of nothing is no share, and neither good nor bad. */
export function ratio(part: string, whole: string): string {
  return `${part}\n/ (${whole} > 0)`;
}

export function sum(queries: Queries, by: readonly string[], expr: string): string {
  return by.length === 0 ? `sum(${expr})` : `sum ${queries.by(by)} (${expr})`;
}

/**
 * Series of Prometheus that no service reports. What is recorded is of all replicas, and so has no
 * instance: it is not shown where one is chosen, rather than taken for what that one did.
 */
export function made(queries: Queries, name: string, matchers: readonly Matcher[] = []): string {
  const { service, instance, policy } = queries.dashboardMatchers;
  return selectorOf(name, queries.settings.naming, [...service, instance, policy, ...matchers]);
}

/**
 * The share of one recorded count in another over a window, or over the time shown. Both are
 * recorded equally often, so what was counted twice is in both.
 */
export function recordedRatio(
  queries: Queries,
  [part, whole]: readonly [string, string],
  by: readonly string[],
  window: string,
): string {
  const total = (name: string) =>
    sum(queries, by, `sum_over_time(${made(queries, name)}[${window}])`);
  return ratio(total(part), total(whole));
}

/** A dependency is watched under the name of the policy that protects its calls. */
export function dependency(queries: Queries): Matcher {
  return { ...queries.dashboardMatchers.policy, label: ATTR_DEPENDENCY_NAME };
}

/** The legend of a line that is a policy's: two services may call theirs the same. */
export function policyLegend(queries: Queries): string {
  return `${queries.legend(ATTR_POLICY_NAME)} (${queries.legend(queries.job)})`;
}
