import type { Metric } from '../../semconv/metrics.ts';
import type { HistogramPart, Matcher } from '../../semconv/prometheus.ts';
import type { Queries } from '../queries.ts';
import { withSampleBefore } from './samples.ts';

/**
 * Series that were there before a histogram, which appears with its first value: those of the same
 * process, by the labels that both have.
 */
export interface Witness {
  readonly series: string;
  readonly on: readonly string[];
}

interface Counted {
  readonly by: readonly string[];
  readonly matchers?: readonly Matcher[];
  readonly part?: HistogramPart;
  readonly witness?: Witness;
}

/**
 * What was counted in a window, as the whole number it is, summed by labels.
 *
 * `increase()` guesses what happened between the edges of its window and its samples: of samples 60 s
 * apart, 4 are 5; of a series with two samples, 1 is 2. For a share that is no matter. A limit of a
 * few events takes the difference itself, laid window by window beside each other without a gap.
 * Around restarts and missed scrapes, `increase()` it is.
 */
export function counted(
  queries: Queries,
  metric: Metric,
  windowSeconds: number,
  { by, matchers = [], part, witness }: Counted,
): string {
  const series = queries.of(metric, matchers, part);
  const window = queries.window(windowSeconds);
  const wider = withSampleBefore(queries, windowSeconds);
  const born = witness ? `\n  or${appeared(queries, series, window, witness)}` : '';
  return `
sum ${queries.by(by)} (
  (${series} - ${series} offset ${window} >= 0) unless resets(${series}[${wider}]) > 0${born}
  or
  # Restarted, or not scraped:
  increase(${series}[${window}])
)`.trim();
}

/** What a histogram gained in a window, its first value included; for shares. */
export function gainedFromFirst(
  queries: Queries,
  metric: Metric,
  windowSeconds: number,
  { by, matchers = [], part, witness }: Counted & { readonly witness: Witness },
): string {
  const series = queries.of(metric, matchers, part);
  const window = queries.window(windowSeconds);
  return `
sum ${queries.by(by)} (${appeared(queries, series, window, witness)}
  or
  increase(${series}[${window}])
)`.trim();
}

/**
 * All of a histogram that is new in a process that is not. Not where Prometheus begins to watch a
 * process, or can reach it again: what it counted long ago would be news.
 */
function appeared(queries: Queries, series: string, window: string, witness: Witness): string {
  return `
  # New, in a process that is not:
  last_over_time(${series}[${window}]) unless ${series} offset ${window}
    and on (${queries.labels(witness.on)}) ${witness.series} offset ${window}`;
}
