import { recordingGroups } from '../../src/generate/alerts/index.ts';
import type { Queries } from '../../src/generate/promql/queries.ts';
import { ATTR_METRIC_OVERFLOW, ATTR_POLICY_NAME } from '../../src/semconv/attributes.ts';
import { METRICS, type Metric } from '../../src/semconv/metrics.ts';
import { type HistogramPart, labelName, metricName } from '../../src/semconv/prometheus.ts';
import type { Selection } from './promql.ts';

/** Whether a matcher asks for something that exists; of a label with open values, anything does. */
type Takes = (asked: RegExp) => boolean;

type Labels = ReadonlyMap<string, Takes>;

interface Known {
  readonly labels: Labels;
  /** Combinations of values, where not every one exists. */
  readonly combinations?: readonly Readonly<Record<string, string>>[];
}

const anything: Takes = () => true;
const oneOf =
  (values: readonly string[]): Takes =>
  (asked) =>
    values.some((value) => asked.test(value));

/** What queries may ask Prometheus for: the catalog, what is recorded of it, and Prometheus' own. */
export class Vocabulary {
  readonly #known = new Map<string, Known>();

  /** @param alerts the names of all alerts */
  constructor(queries: Queries, alerts: readonly string[]) {
    const { naming } = queries.settings;
    const ofTarget: [string, Takes][] = [
      [queries.job, anything],
      [queries.instance, anything],
    ];
    const policy: [string, Takes] = [labelName(ATTR_POLICY_NAME, naming), anything];
    for (const metric of METRICS) {
      const attributes = Object.entries(metric.attributes).map(([attribute, values]) => [
        labelName(attribute, naming),
        values.length > 0 ? oneOf(values) : anything,
      ]) as [string, Takes][];
      const subject: [string, Takes] = [labelName(metric.subject, naming), anything];
      const combinations = metric.series.map((series) =>
        Object.fromEntries(
          Object.entries(series).map(([attribute, value]) => [labelName(attribute, naming), value]),
        ),
      );
      for (const part of partsOf(metric)) {
        const le: [string, Takes][] =
          part === 'bucket' ? [['le', oneOf((metric.buckets ?? []).map(String))]] : [];
        this.#known.set(metricName(metric, naming, part), {
          labels: new Map([...ofTarget, subject, ...attributes, ...le]),
          combinations,
        });
      }
    }
    for (const { record } of recordingGroups(queries).flatMap(({ rules }) => rules)) {
      const labels = [[queries.job, anything], ...(record.startsWith('policy:') ? [policy] : [])];
      this.#known.set(record, { labels: new Map(labels as [string, Takes][]) });
    }
    this.#known.set('up', { labels: new Map(ofTarget) });
    this.#known.set('ALERTS', {
      labels: new Map([
        ...ofTarget,
        policy,
        ['alertname', oneOf(alerts)],
        ['alertstate', oneOf(['pending', 'firing'])],
        ['severity', oneOf(['critical', 'warning', 'info'])],
      ]),
    });
    // Of all metrics: queries that ask for no metric by its name.
    this.#known.set('', {
      labels: new Map([
        ...ofTarget,
        ['__name__', oneOf([...this.#known.keys()])],
        [labelName(ATTR_METRIC_OVERFLOW, naming), oneOf(['true'])],
      ]),
    });
  }

  /** What a selection asks for and does not exist, in words. */
  missing({ metric, matchers, grouping }: Selection): string[] {
    const known = this.#known.get(metric);
    if (known === undefined) return [`no metric ${metric}`];
    const { labels, combinations = [] } = known;
    const unknown = [...matchers.map(({ label }) => label), ...grouping]
      .filter((label) => !labels.has(label))
      .map((label) => `no label ${label} on ${metric}`);
    const values = matchers.flatMap(({ label, op, value }) =>
      (op.endsWith('~') ? value.split('|') : [value.replaceAll(/[.+]/g, '\\$&')])
        .filter((item) => labels.get(label)?.(new RegExp(`^(?:${item})$`)) === false)
        .map((item) => `no value ${item} of ${label} on ${metric}`),
    );
    const wanted = matchers.filter(({ label }) => combinations[0] && label in combinations[0]);
    const exists = combinations.some((series) =>
      wanted.every(
        ({ label, op, value }) =>
          new RegExp(`^(?:${value})$`).test(series[label] ?? '') !== op.startsWith('!'),
      ),
    );
    const together = wanted.length > 0 && !exists ? [`no series of ${metric} has all of it`] : [];
    return [...unknown, ...values, ...together];
  }
}

function partsOf({ instrument }: Metric): readonly (HistogramPart | undefined)[] {
  return instrument === 'histogram' ? ['bucket', 'sum', 'count'] : [undefined];
}
