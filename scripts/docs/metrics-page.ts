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
  CONNECTION_METRICS,
  EXECUTIONS,
  METRICS,
  type Metric,
} from '../../src/semconv/metrics.ts';
import { labelName, metricName, NAMINGS, selector } from '../../src/semconv/prometheus.ts';
import { code, table } from './markdown.ts';

/** All metrics that this package defines. */
const ALL = [...METRICS, ...CONNECTION_METRICS];

const EXAMPLE = selector(EXECUTIONS, 'otlp-utf8', [equals<Outcome>(ATTR_OUTCOME, 'failure')]);

/** `docs/metrics.md`: every metric, and its names in Prometheus. */
export function metricsPage(): string {
  return `<!-- ${GENERATED} -->

# Metrics

This page lists every metric, its attributes and its name in Prometheus. Stability: Development. The directory
\`semconv/registry\` contains the same catalog for [OpenTelemetry Weaver](https://github.com/open-telemetry/weaver), in its format \`definition/2\`.

## When a series exists

| series | exists from |
|---|---|
| of a closed list of values | the call of \`instrument\`, with the value 0, so that \`increase()\` sees the first event |
| of a *lazy* value | its first event, or the call of \`instrument\` for a policy that can have it: a timeout for \`timed_out\`, \`maxAttempts: 2\` for the attempts \`1\` and \`2\`, health routes with a token for administration |
| of an open value (\`any\`) | its first event |
| of a connection | the first call of \`superviseConnection\` for its name, see [connections](connections.md); its histogram from the first recovery |
| of a histogram | its first duration |

A series that exists remains. A gauge ends with a 0 when its policy is removed. If the wall clock is set back, the JavaScript SDK
exports the last value of every gauge until the clock has caught up; counters continue.

A stack of five policies has 38 series before its first call, 51 while every call succeeds, and at most 90 after trouble.

${ALL.map(section).join('\n')}
## What the values mean

${values()}

## Reasons for the names

- A metric and an attribute can have the same name: ${code(CIRCUIT_BREAKER_STATE.name)} counts breakers by state. The conventions of
  OpenTelemetry recommend \`.status\` for the metric. Circuit breakers have a *state*, and rules and dashboards use that word.
- A *result* is what one policy made of a call. An *outcome* is what the caller received. ${code(ATTR_EXECUTION_RESULT)} reduces the outcomes
  to two, because each value of a histogram has many series.
- A *status* describes a gathered answer: how many of its parts are present.
- \`_OTHER\` is the value that OpenTelemetry reserves for values beyond a limit: error types, parts and retries.
- OpenTelemetry advises against ${code(CIRCUIT_BREAKER_FAILURES_LIMIT.name)}, because a metric is its namespace. Here the limit appears beside
  the number that it limits.

## Distance to opening

${code(CIRCUIT_BREAKER_FAILURES.name)} and its limit exist for breakers that count consecutive failures: cockatiel's
\`ConsecutiveBreaker\`, and \`createPolicy\` with the kind \`consecutive\`. \`SamplingBreaker\` and \`CountBreaker\` open by a share of the
calls in a window, and one number cannot express their distance. For them, compare the results of ${code(CIRCUIT_BREAKER_CALLS.name)}. A
user-defined breaker reports its failures if its \`state\` is a number.

## The next probe

No metric contains the time of the next probe. A circuit breaker of cockatiel does not expose it, a scrape is up to 15 s old where a
circuit stays open for 30 s, and the gauge would be one more series of every policy. On the dashboards, *Open since* and
*State changes* show past probes. Breakers of \`createPolicy\` know the time: [\`cockatiel-otel breakers\`](cli.md), the
[live page](live.md) and \`CircuitOpenError.retryAt\` show it.

## Error types

${code(ATTR_ERROR_TYPE)} is the first of these that an error or a failed result has:

1. the return value of the option \`errorType\`, cut after 64 characters;
2. the name of a cockatiel error, such as \`BrokenCircuitError\`;
3. an HTTP status: \`status\` or \`statusCode\` of the error or of its \`response\`;
4. a code such as \`ECONNREFUSED\`: \`code\` of the error or of its \`cause\`;
5. the name of its class. A name of one to three characters probably comes from a minifier, so the error's \`name\` replaces it if that
   looks like a class name. The same applies to a \`DOMException\`, such as \`TimeoutError\`. In bundles, set \`name\` in your error classes;
6. \`_OTHER\`.

A code or a class name has at most 64 characters and no spaces, so a message never becomes a label. Each policy name has up to 20 error types
per kind of policy; further types count as \`_OTHER\`. HTTP statuses, codes of Node and undici, and errors of cockatiel and of JavaScript always
have their own series.

## Your own attributes

\`instrument(name, policy, { attributes: { 'team.name': 'payments' } })\` adds constant attributes to every series of the policy. Prometheus
rejects a whole scrape because of one invalid label, so \`instrument\` rejects these names:

- two names that become the same label, such as \`team.name\` and \`team_name\`;
- names of this package and of OpenTelemetry (\`otel.*\`);
- names of Prometheus: \`le\`, \`quantile\`, \`job\`, \`instance\`, and names that begin with \`__\`;
- names that begin with a digit or contain no letter from a to z.

## Names in code

\`cockatiel-otel/semconv\` exports the names of metrics, attributes and events for your own views, queries and tests. It imports nothing.

\`\`\`ts
import { AggregationType } from '@opentelemetry/sdk-metrics';
import { METRICS } from 'cockatiel-otel/semconv';

// Fewer buckets for all histograms of this package: pass these views to your MeterProvider.
export const views = METRICS.filter(({ instrument }) => instrument === 'histogram').map(({ name }) => ({
  instrumentName: name,
  aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [0.1, 1, 10] } },
}));
\`\`\`

## Names in Prometheus

The name of a metric in Prometheus depends on how the metric arrives there. The option \`naming\` of \`generate\` selects one of these:

| naming | how metrics arrive |
|---|---|
| \`prometheus-exporter\` | a scrape of \`@opentelemetry/exporter-prometheus\` |
| \`otlp\` | OTLP with \`UnderscoreEscapingWithSuffixes\`: Collector, Prometheus 3, Grafana Cloud |
| \`otlp-no-suffixes\` | OTLP with \`UnderscoreEscapingWithoutSuffixes\`: the default of Mimir |
| \`otlp-utf8-suffixes\` | OTLP with \`NoUTF8EscapingWithSuffixes\` |
| \`otlp-utf8\` | OTLP with \`NoTranslation\` |

Every naming was tested with Prometheus 3.15 (module v0.315.0): a service with one healthy and one failing dependency ran for 150 s. All
rules were evaluated without an error, and the alerts of the failing dependency fired or were pending.

| metrics arrived by | generated with |
|---|---|
| scrape of the Prometheus exporter | \`--naming prometheus-exporter\` |
| the same, with \`convert_classic_histograms_to_nhcb\` | \`--naming prometheus-exporter --histograms native\` |
| OTLP receiver of Prometheus, each of its four \`translation_strategy\` values | the four \`otlp\` namings |
| OTLP receiver, exponential histograms | \`--naming otlp --histograms native\` |
| delta temporality, OpenTelemetry Collector 0.165 (\`deltatocumulative\`, \`prometheus\` exporter), scrape with \`honor_labels: true\` | \`--naming otlp\` |

A classic histogram has three names: \`_bucket\` as below, \`_sum\` and \`_count\`. With the two UTF-8 namings attributes keep their dots, and
PromQL requires quotes: ${code(EXAMPLE)}. With the other namings dots become underscores. Every
series has the labels \`job\` and \`instance\` of Prometheus, and \`otel_scope_*\`. Aggregate with \`by\`, never with \`without\`.

${table(
  ['metric', ...NAMINGS],
  ALL.map((metric) => [
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

/** A table with one row per metric, for the README. */
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

/** The values of every closed list, with their meanings. */
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

/** The combinations of attribute values that a metric has, if it does not have all of them. */
function combinations({ attributes, series }: Metric): string[] {
  const all = Object.values(attributes).reduce((product, values) => product * values.length, 1);
  if (series.length === all || series.length === 0) return [];
  const keys = Object.keys(series[0] ?? {});
  const written = series.map((attributes) =>
    keys.map((key) => code(attributes[key] ?? '')).join(' → '),
  );
  return [`- only these combinations of ${keys.map(code).join(' → ')}: ${written.join(', ')}`];
}

function subjectText({ subject }: Metric): string {
  const what = subject.split('.')[1];
  return `the name of the ${what === 'degradation' ? 'gathered answer' : what}`;
}

function part({ instrument }: Metric): 'bucket' | undefined {
  return instrument === 'histogram' ? 'bucket' : undefined;
}

/** Every attribute of the catalog once, in the order of the catalog. */
function attributes(): string[] {
  return [
    ...new Set(ALL.flatMap(({ subject, attributes }) => [subject, ...Object.keys(attributes)])),
  ];
}
