import type { Metric } from '../../semconv/metrics.ts';
import type { HistogramPart, Matcher } from '../../semconv/prometheus.ts';
import type { Queries } from '../queries.ts';
import { withSampleBefore } from './samples.ts';

/**
 * A series that was there before a histogram, which appears with its first value; of the same
 * process, with the labels that are grouped by.
 */
type Witness = string;

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
 *
 * The series of a process begin anew together, so a process is one sum: what appears in it later has
 * counted from nothing. Each time that a series is named it must be found, which costs Prometheus
 * more than all that is calculated with it; four times is what it takes to be right.
 */
export function counted(
  queries: Queries,
  metric: Metric,
  windowSeconds: number,
  { by, matchers = [], part, witness }: Counted,
): string {
  const series = queries.of(metric, matchers, part);
  const window = queries.window(windowSeconds);
  const process = queries.by(ofProcess(queries, by));
  const sum = (expr: string) => `sum ${process} (${expr})`;
  const then = sum(`${series} offset ${window}`);
  return between(queries, windowSeconds, {
    by,
    // The last value, as of a process that is gone, or of a scrape that was missed, nothing is known.
    now: sum(`last_over_time(${series}[${window}])`),
    // New, in a process that is not: it counted from nothing.
    then: witness ? `(${then} or 0 * ${sum(`${witness} offset ${window}`)})` : then,
    resets: (range) => sum(`resets(${series}[${range}])`),
    increase: (range) => sum(`increase(${series}[${range}])`),
  });
}

/** What was counted in a window, of what is recorded of each process already. */
export function countedOf(
  queries: Queries,
  recorded: string,
  windowSeconds: number,
  by: readonly string[],
): string {
  return between(queries, windowSeconds, {
    by,
    now: recorded,
    then: `${recorded} offset ${queries.window(windowSeconds)}`,
    resets: (range) => `resets(${recorded}[${range}])`,
    increase: (range) => `increase(${recorded}[${range}])`,
  });
}

/**
 * What a process has counted in a histogram, which appears with its first value: from nothing, if
 * the process is known to be there. Not all of it is news where Prometheus begins to watch a
 * process, or can reach it again.
 */
export function countedFromNothing(
  queries: Queries,
  by: readonly string[],
  expr: (sum: (series: string) => string) => string,
  witness: Witness,
): string {
  const sum = (series: string) => `sum ${queries.by(ofProcess(queries, by))} (${series})`;
  return `
${expr(sum)}
or
# Nothing yet, in a process that is there:
0 * ${sum(witness)}`.trim();
}

interface Between {
  readonly by: readonly string[];
  readonly now: string;
  readonly then: string;
  readonly resets: (range: string) => string;
  readonly increase: (range: string) => string;
}

function between(
  queries: Queries,
  windowSeconds: number,
  { by, now, then, resets, increase }: Between,
): string {
  return `
sum ${queries.by(by)} (
  (${now} - ${then} >= 0) unless ${resets(withSampleBefore(queries, windowSeconds))} > 0
  or
  # Restarted, or not scraped:
  ${increase(queries.window(windowSeconds))}
)`.trim();
}

/** The labels that tell processes apart, where others are summed by some. */
function ofProcess(queries: Queries, by: readonly string[]): string[] {
  return [...new Set([queries.job, queries.instance, ...by])];
}
