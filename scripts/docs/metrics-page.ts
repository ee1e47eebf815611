import { GENERATED } from '../../src/generate/formats/generated-note.ts';
import { equals } from '../../src/generate/promql/queries.ts';
import {
  ATTR_ERROR_TYPE,
  ATTR_EXECUTION_RESULT,
  ATTR_OUTCOME,
  type Outcome,
} from '../../src/semconv/attributes.ts';
import { ATTRIBUTES } from '../../src/semconv/descriptions.ts';
import {
  CIRCUIT_BREAKER_CALLS,
  CIRCUIT_BREAKER_FAILURES,
  CIRCUIT_BREAKER_FAILURES_LIMIT,
  CIRCUIT_BREAKER_STATE,
  EXECUTIONS,
  METRICS,
  type Metric,
} from '../../src/semconv/metrics.ts';
import { labelName, metricName, NAMINGS, selector } from '../../src/semconv/prometheus.ts';
import { code, table } from './markdown.ts';

const EXAMPLE = selector(EXECUTIONS, 'otlp-utf8', [equals<Outcome>(ATTR_OUTCOME, 'failure')]);

/** `docs/metrics.md`: each metric in full, and its names in Prometheus. */
export function metricsPage(): string {
  return `<!-- ${GENERATED} -->

# Metrics

Stability: Development. The same catalog is a registry for [OpenTelemetry Weaver](https://github.com/open-telemetry/weaver):
\`semconv/registry\` of this package.

## When a series exists

- **From the start, at zero**: every series of a metric with a closed list of values, from the moment a policy is instrumented.
  \`increase()\` then sees the first event.
- **Lazy values** save series that few policies ever have. Their series exist from their first event on, or from the moment a
  policy is instrumented that can have them: a timeout for \`timed_out\`, \`maxAttempts: 2\` for the attempts \`1\` and \`2\`, health
  routes with a token for what people do by hand. A series that exists stays.
- **Open values** (\`any\`) exist from their first event on, and histograms from their first duration.
- **A gauge** ends with a zero where its policy goes. Where the wall clock is set back, the JS SDK keeps the last value of every gauge until the
  clock has caught up; counters go on.

A stack of five has 38 series in a scrape before its first call, 51 while all is well, and at most 90 after trouble.

${METRICS.map(section).join('\n')}
## What the values mean

${values()}

## Why the names are as they are

- A metric and an attribute may have one name: ${code(CIRCUIT_BREAKER_STATE.name)} counts breakers by their state. The conventions of
  OpenTelemetry would call the metric \`.status\`. Rules and dashboards read better with the word that circuit breakers use.
- *result* is what one policy made of a call, *outcome* is what the caller saw. ${code(ATTR_EXECUTION_RESULT)} folds the outcomes into two, as
  each histogram is many series.
- *status* is a word for gathered answers only: how much of the answer was there is neither a result of a policy nor an outcome of a call.
- \`_OTHER\` is the value that OpenTelemetry reserves for values that have no series of their own: error types, parts and retries beyond a limit.
- ${code(CIRCUIT_BREAKER_FAILURES_LIMIT.name)} has a metric's name as its namespace, which OpenTelemetry advises against. The limit belongs to
  that number, and a reader finds both side by side.

## How near a circuit is to opening

${code(CIRCUIT_BREAKER_FAILURES.name)} and its limit are known of circuit breakers that count failures in a row: of cockatiel's
\`ConsecutiveBreaker\`, and of \`createPolicy\` with the kind \`consecutive\`. \`SamplingBreaker\` and \`CountBreaker\` open by a share of the calls in a
window. One number does not say how near they are: it takes the share, the limit of the share, and how many calls the window has and needs.
For them see the shares of ${code(CIRCUIT_BREAKER_CALLS.name)}. A breaker of your own shows its failures where its \`state\` is a number.

## Error types

${code(ATTR_ERROR_TYPE)} is the first of these that an error, or a failed result, has:

1. what the option \`errorType\` returns for it, cut after 64 characters;
2. the name of the error of cockatiel, such as \`BrokenCircuitError\`;
3. an HTTP status: \`status\` or \`statusCode\`, its own or that of its \`response\`;
4. a code such as \`ECONNREFUSED\`: its own \`code\` or that of its \`cause\`;
5. the name of its class. A class name of one to three characters is taken for a minifier's: then it is the error's \`name\`, if that looks
   like a class name. So is that of a \`DOMException\`, such as \`TimeoutError\`. In a bundle, set \`name\` in your error classes;
6. \`_OTHER\`.

A code and a class name have at most 64 characters and no spaces, so a message never becomes a label. Under one policy name 20 types are reported
for each kind of policy, the rest is \`_OTHER\`. Well-known types (HTTP statuses of errors, codes of Node and undici, errors of cockatiel and of the
language) always have a series of their own.

## Attributes of your own

\`instrument(name, policy, { attributes: { 'team.name': 'payments' } })\` adds constant attributes to every series of the policy. Prometheus refuses a
whole scrape for one wrong label, so \`instrument\` refuses names that

- are one label: \`team.name\` and \`team_name\`;
- belong to this package, or to OpenTelemetry (\`otel.*\`);
- belong to Prometheus: \`le\`, \`quantile\`, \`job\`, \`instance\`, and names that begin with \`__\`;
- are no label, as they begin with a digit, or have no letter of a-z.

## Names in Prometheus

One metric has different names in Prometheus, by the road it takes there; \`generate\` takes each of
them as \`naming\`.

| naming | road |
|---|---|
| \`prometheus-exporter\` | a scrape of \`@opentelemetry/exporter-prometheus\` |
| \`otlp\` | OTLP with \`UnderscoreEscapingWithSuffixes\`: Collector, Prometheus 3, Grafana Cloud |
| \`otlp-no-suffixes\` | OTLP with \`UnderscoreEscapingWithoutSuffixes\`: the default of Mimir |
| \`otlp-utf8-suffixes\` | OTLP with \`NoUTF8EscapingWithSuffixes\` |
| \`otlp-utf8\` | OTLP with \`NoTranslation\` |

A histogram is three names: \`_bucket\` as below, and \`_sum\` and \`_count\` in its place. Attributes keep
their dots on the two UTF-8 roads, where PromQL wants such names in quotes:
${code(EXAMPLE)}. On the others dots are underscores. Every
series has \`job\` and \`instance\` of Prometheus, and labels \`otel_scope_*\`, so aggregate by what you
want and never \`without\`.

${table(
  ['metric', ...NAMINGS],
  METRICS.map((metric) => [
    code(metric.name),
    ...NAMINGS.map((naming) => code(metricName(metric, naming, part(metric)))),
  ]),
)}

| attribute | with underscores |
|---|---|
${attributes()
  .map(
    (attribute) => `| ${code(attribute)} | ${code(labelName(attribute, 'prometheus-exporter'))} |`,
  )
  .join('\n')}
`;
}

/** Every metric on a line, for the README. */
export function metricsTable(): string {
  return table(
    ['metric', 'instrument, unit', 'further attributes'],
    METRICS.map((metric) => [
      code(metric.name),
      `${metric.instrument} ${code(metric.unit)}`,
      Object.keys(metric.attributes).map(code).join(', '),
    ]),
  );
}

function section(metric: Metric): string {
  const { name, instrument, unit, description, subject, buckets } = metric;
  const lines = [
    `## ${code(name)}`,
    '',
    description,
    '',
    `- ${instrument}, unit ${code(unit)}`,
    `- ${code(subject)}: ${subjectText(metric)}`,
    ...Object.entries(metric.attributes).map(
      ([attribute, values]) =>
        `- ${code(attribute)}: ${values.length > 0 ? values.map(code).join(', ') : 'any'}`,
    ),
    ...combinations(metric),
    ...(metric.lazy.length > 0 ? [`- lazy: ${metric.lazy.map(code).join(', ')}`] : []),
    ...(buckets?.length
      ? [`- buckets: ${buckets.map((bound) => code(String(bound))).join(', ')}`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Each value of each closed list. */
function values(): string {
  const rows = Object.entries(ATTRIBUTES).flatMap(([attribute, text]) =>
    Object.entries(text.values ?? {}).map(([value, meaning], index) => [
      index === 0 ? code(attribute) : '',
      code(value),
      meaning,
    ]),
  );
  return table(['attribute', 'value', 'meaning'], rows);
}

/** Which combinations of its attributes' values a metric has, where it has not all of them. */
function combinations({ attributes, series }: Metric): string[] {
  const all = Object.values(attributes).reduce((product, values) => product * values.length, 1);
  if (series.length === all || series.length === 0) return [];
  const keys = Object.keys(series[0] ?? {});
  const written = series.map((each) => keys.map((key) => code(each[key] ?? '')).join(' → '));
  return [`- of these only, as ${keys.map(code).join(' → ')}: ${written.join(', ')}`];
}

function subjectText({ subject }: Metric): string {
  const what = subject.split('.')[1];
  return `the name that the ${what === 'degradation' ? 'gathered answer' : what} was given`;
}

function part({ instrument }: Metric): 'bucket' | undefined {
  return instrument === 'histogram' ? 'bucket' : undefined;
}

/** Every attribute of the catalog, once, in its order. */
function attributes(): string[] {
  return [
    ...new Set(METRICS.flatMap(({ subject, attributes }) => [subject, ...Object.keys(attributes)])),
  ];
}
