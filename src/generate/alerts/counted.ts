import type { Metric } from '../../semconv/metrics.ts';
import type { HistogramPart, Matcher } from '../../semconv/prometheus.ts';
import type { Queries } from '../queries.ts';
import { withSampleBefore } from './samples.ts';

interface Counted {
  readonly by: readonly string[];
  readonly matchers?: readonly Matcher[];
  readonly part?: HistogramPart;
  /**
   * Series that a service has had if Prometheus watched it: where they were there when the window
   * began, all of a new series counts. Without them its first value is lost.
   */
  readonly witness?: string;
}

/** A replica that is back after so long is taken for a new one. */
const FORGOTTEN_SECONDS = 3600;

/**
 * What was counted in a window, as the whole number it is, summed by labels.
 *
 * `increase()` guesses what happened between the edges of its window and its samples: of samples 60 s
 * apart, 4 are 5; of a series with two samples, 1 is 2; and of a first sample it sees nothing. For a
 * share that is no matter. A limit of a few events takes the difference itself, laid window by
 * window beside each other without a gap. Where there is none,
 * - all of a series counts that is new where Prometheus watched the service already: a replica's
 *   first scrape may show what it was started into. Not where Prometheus itself begins to watch, or a
 *   replica is back that it could not reach: what those counted long ago would be news;
 * - around restarts and missed scrapes, `increase()` it is.
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
  const born = witness
    ? `
  # New, where others were known:
  last_over_time(${series}[${window}]) unless last_over_time(${series}[${queries.time(FORGOTTEN_SECONDS)}] offset ${window})
    and on (${queries.labels([queries.job])}) ${witness} offset ${window}
  or`
    : '';
  return `
sum ${queries.by(by)} (
  (${series} - ${series} offset ${window} >= 0) unless resets(${series}[${wider}]) > 0
  or${born}
  # Restarted, or not scraped:
  increase(${series}[${window}])
)`.trim();
}
