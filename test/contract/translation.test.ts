import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/semconv/metrics.ts';
import { labelName, metricName, type Naming } from '../../src/semconv/prometheus.ts';
import { STRATEGIES, type Told, TYPES, translated, translatedLabel } from './translation.ts';

type StrategyName = keyof typeof STRATEGIES;

/** The examples that Prometheus documents, and the hard cases of its own tests. */
const DOCUMENTED: [StrategyName, Told['name'], Told['unit'], Told['type'], string][] = [
  [
    'UnderscoreEscapingWithSuffixes',
    'http.server.request.duration',
    's',
    'histogram',
    'http_server_request_duration_seconds',
  ],
  [
    'UnderscoreEscapingWithSuffixes',
    'requests.count',
    '1',
    'monotonic counter',
    'requests_count_total',
  ],
  ['UnderscoreEscapingWithSuffixes', 'memory.usage', 'By', 'gauge', 'memory_usage_bytes'],
  ['UnderscoreEscapingWithSuffixes', 'cpu.utilization', '1', 'gauge', 'cpu_utilization_ratio'],
  [
    'UnderscoreEscapingWithSuffixes',
    '(lambda).function.executions(#)',
    '',
    'gauge',
    'lambda_function_executions',
  ],
  [
    'UnderscoreEscapingWithSuffixes',
    'system.network.dropped',
    '{packets}',
    'gauge',
    'system_network_dropped',
  ],
  [
    'UnderscoreEscapingWithSuffixes',
    'system.network.dropped',
    'packets',
    'gauge',
    'system_network_dropped_packets',
  ],
  [
    'UnderscoreEscapingWithSuffixes',
    'requests',
    '1/s',
    'monotonic counter',
    'requests_per_second_total',
  ],
  ['UnderscoreEscapingWithSuffixes', 'throughput', 'By/s', 'gauge', 'throughput_bytes_per_second'],
  [
    'UnderscoreEscapingWithSuffixes',
    'custom_metric',
    'By/{custom}',
    'gauge',
    'custom_metric_bytes',
  ],
  ['UnderscoreEscapingWithSuffixes', 'requests_total', '', 'monotonic counter', 'requests_total'],
  [
    'UnderscoreEscapingWithSuffixes',
    'response_time_seconds',
    's',
    'gauge',
    'response_time_seconds',
  ],
  [
    'UnderscoreEscapingWithSuffixes',
    'active_connections',
    '',
    'non-monotonic counter',
    'active_connections',
  ],
  [
    'UnderscoreEscapingWithoutSuffixes',
    'metric@with#special$chars',
    '',
    'gauge',
    'metric_with_special_chars',
  ],
  ['UnderscoreEscapingWithoutSuffixes', '123metric', 's', 'monotonic counter', '_123metric'],
  ['UnderscoreEscapingWithoutSuffixes', 'simple__metric', '', 'gauge', 'simple__metric'],
  ['NoUTF8EscapingWithSuffixes', 'requêsts', '', 'monotonic counter', 'requêsts_total'],
  ['NoUTF8EscapingWithSuffixes', 'respønse.time', 'ms', 'gauge', 'respønse.time_milliseconds'],
  [
    'NoUTF8EscapingWithSuffixes',
    'cpu_seconds_total',
    's',
    'monotonic counter',
    'cpu_seconds_total',
  ],
  [
    'NoTranslation',
    'http.server.request.duration',
    's',
    'histogram',
    'http.server.request.duration',
  ],
];

const ROADS: Readonly<Record<StrategyName, Naming>> = {
  UnderscoreEscapingWithSuffixes: 'otlp',
  UnderscoreEscapingWithoutSuffixes: 'otlp-no-suffixes',
  NoUTF8EscapingWithSuffixes: 'otlp-utf8-suffixes',
  NoTranslation: 'otlp-utf8',
};

describe("prometheus's translation of names", () => {
  it.each(DOCUMENTED)('%s makes of %s (%s, a %s) %s', (strategy, name, unit, type, expected) => {
    expect(translated({ name, unit, type }, STRATEGIES[strategy])).toBe(expected);
  });

  it.each([
    ['http.method', 'http_method'],
    ['123invalid', 'key_123invalid'],
    ['_private', '_private'],
    ['label@with$symbols', 'label_with_symbols'],
  ])('makes of the label %s %s', (name, expected) => {
    expect(translatedLabel(name, STRATEGIES.UnderscoreEscapingWithSuffixes)).toBe(expected);
    expect(translatedLabel(name, STRATEGIES.NoTranslation)).toBe(name);
  });
});

describe.each(Object.entries(ROADS))('%s', (strategy, naming) => {
  it.each(METRICS)('calls $name what this package does', (metric) => {
    const { name, unit, instrument } = metric;
    const reported = { name, unit, type: TYPES[instrument] };
    expect(metricName(metric, naming)).toBe(
      translated(reported, STRATEGIES[strategy as StrategyName]),
    );
    for (const label of [metric.subject, ...Object.keys(metric.attributes)]) {
      expect(labelName(label, naming)).toBe(
        translatedLabel(label, STRATEGIES[strategy as StrategyName]),
      );
    }
  });
});
