import type { Metric } from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import type { Queries } from '../queries.ts';

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
  // A comparison keeps the value that it lets through: nothing is asked for twice.
  const floored = (side: 'part' | 'whole', matchers: readonly Matcher[]) =>
    side === enough ? `(${gained(matchers)} >= ${limit.atLeast})` : gained(matchers);
  return `
${floored('part', part)}
  / ${floored('whole', whole)}
  ${bad === 'above' ? '>' : '<'} ${limit.ratio}`.trim();
}
