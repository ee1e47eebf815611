import type { Metric } from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import type { Queries } from '../queries.ts';
import { counted } from './counted.ts';

export interface Share {
  readonly metric: Metric;
  /** What is counted, */
  readonly part: readonly Matcher[];
  /** of what; of all calls, unless told otherwise. */
  readonly whole?: readonly Matcher[];
  readonly limit: {
    readonly ratio: number;
    readonly windowSeconds: number;
    readonly atLeast: number;
  };
  readonly bad: 'above' | 'below';
  /** What there must be enough of, for a quiet night to wake nobody. */
  readonly enough: 'part' | 'whole';
}

/** The share of a policy's calls that ended in one way, where enough of them were seen. */
export function share(
  queries: Queries,
  { metric, part, whole = [], limit, bad, enough }: Share,
): string {
  const gained = (matchers: readonly Matcher[]) =>
    queries.gained(metric, limit.windowSeconds, { by: queries.policy, matchers });
  const floor = counted(queries, metric, limit.windowSeconds, {
    by: queries.policy,
    matchers: enough === 'part' ? part : whole,
  });
  return `
${gained(part)}
  / ${gained(whole)}
  ${bad === 'above' ? '>' : '<'} ${limit.ratio}
and
${floor}
  >= ${limit.atLeast}`.trim();
}
