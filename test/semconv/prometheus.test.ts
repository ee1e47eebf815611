import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ATTR_ERROR_TYPE,
  ATTR_POLICY_NAME,
  ATTR_POLICY_TYPE,
} from '../../src/semconv/attributes.ts';
import * as metrics from '../../src/semconv/metrics.ts';
import {
  labelName,
  labelReference,
  metricName,
  NAMINGS,
  selector,
} from '../../src/semconv/prometheus.ts';
import { type Sample, TestExporter } from '../support/exporter.ts';
import { moveEveryMetric } from '../support/traffic.ts';

const { METRICS } = metrics;
const served = METRICS.filter(({ subject }) => subject === ATTR_POLICY_NAME);

describe('on the road of the prometheus exporter', () => {
  const exporter = new TestExporter();
  let samples: Sample[] = [];

  beforeAll(async () => {
    await moveEveryMetric(exporter.instrument, 'servicenow');
    samples = await exporter.scrape();
  });
  afterAll(() => exporter.stop());

  it.each(served)('$name is exported under its translated name', (metric) => {
    const names =
      metric.instrument === 'histogram'
        ? (['bucket', 'sum', 'count'] as const).map((part) =>
            metricName(metric, 'prometheus-exporter', part),
          )
        : [metricName(metric, 'prometheus-exporter')];
    for (const name of names) {
      const [sample] = samples.filter((sample) => sample.name === name);
      const labels = [metric.subject, ...Object.keys(metric.attributes)].map((attribute) =>
        labelName(attribute, 'prometheus-exporter'),
      );
      expect(Object.keys(sample?.labels ?? {})).toEqual(expect.arrayContaining(labels));
    }
  });

  it('no other name is exported', () => {
    const reported = METRICS.flatMap((metric) =>
      metric.instrument === 'histogram'
        ? (['bucket', 'sum', 'count'] as const).map((part) =>
            metricName(metric, 'prometheus-exporter', part),
          )
        : [metricName(metric, 'prometheus-exporter')],
    );
    const names = new Set(samples.map(({ name }) => name));
    names.delete('target_info');
    expect(reported).toEqual(expect.arrayContaining([...names]));
  });
});

/** Derived by hand from the rules of https://github.com/prometheus/otlptranslator. */
const EXPECTED = [
  {
    metric: metrics.EXECUTIONS,
    'prometheus-exporter': 'resilience_executions_total',
    otlp: 'resilience_executions_total',
    'otlp-no-suffixes': 'resilience_executions',
    'otlp-utf8-suffixes': 'resilience.executions_total',
    'otlp-utf8': 'resilience.executions',
  },
  {
    metric: metrics.EXECUTION_DURATION,
    part: 'bucket',
    'prometheus-exporter': 'resilience_execution_duration_bucket',
    otlp: 'resilience_execution_duration_seconds_bucket',
    'otlp-no-suffixes': 'resilience_execution_duration_bucket',
    'otlp-utf8-suffixes': 'resilience.execution.duration_seconds_bucket',
    'otlp-utf8': 'resilience.execution.duration_bucket',
  },
  {
    metric: metrics.RETRY_DELAY,
    part: 'sum',
    'prometheus-exporter': 'resilience_retry_delay_sum',
    otlp: 'resilience_retry_delay_seconds_sum',
    'otlp-no-suffixes': 'resilience_retry_delay_sum',
    'otlp-utf8-suffixes': 'resilience.retry.delay_seconds_sum',
    'otlp-utf8': 'resilience.retry.delay_sum',
  },
  {
    metric: metrics.CIRCUIT_BREAKER_DOWNTIME,
    'prometheus-exporter': 'resilience_circuit_breaker_downtime',
    otlp: 'resilience_circuit_breaker_downtime_seconds',
    'otlp-no-suffixes': 'resilience_circuit_breaker_downtime',
    'otlp-utf8-suffixes': 'resilience.circuit_breaker.downtime_seconds',
    'otlp-utf8': 'resilience.circuit_breaker.downtime',
  },
  {
    metric: metrics.CIRCUIT_BREAKER_FAILURES,
    'prometheus-exporter': 'resilience_circuit_breaker_failures',
    otlp: 'resilience_circuit_breaker_failures',
    'otlp-no-suffixes': 'resilience_circuit_breaker_failures',
    'otlp-utf8-suffixes': 'resilience.circuit_breaker.failures',
    'otlp-utf8': 'resilience.circuit_breaker.failures',
  },
  {
    metric: metrics.CIRCUIT_BREAKER_FAILURES_LIMIT,
    'prometheus-exporter': 'resilience_circuit_breaker_failures_limit',
    otlp: 'resilience_circuit_breaker_failures_limit',
    'otlp-no-suffixes': 'resilience_circuit_breaker_failures_limit',
    'otlp-utf8-suffixes': 'resilience.circuit_breaker.failures.limit',
    'otlp-utf8': 'resilience.circuit_breaker.failures.limit',
  },
  {
    // Its unit is an annotation, {circuit_breaker}, and it may fall: neither gives a suffix.
    metric: metrics.CIRCUIT_BREAKER_STATE,
    'prometheus-exporter': 'resilience_circuit_breaker_state',
    otlp: 'resilience_circuit_breaker_state',
    'otlp-no-suffixes': 'resilience_circuit_breaker_state',
    'otlp-utf8-suffixes': 'resilience.circuit_breaker.state',
    'otlp-utf8': 'resilience.circuit_breaker.state',
  },
  {
    metric: metrics.TIMEOUT_LIMIT,
    'prometheus-exporter': 'resilience_timeout_limit',
    otlp: 'resilience_timeout_limit_seconds',
    'otlp-no-suffixes': 'resilience_timeout_limit',
    'otlp-utf8-suffixes': 'resilience.timeout.limit_seconds',
    'otlp-utf8': 'resilience.timeout.limit',
  },
] as const;

describe.each(NAMINGS)('the naming %s', (naming) => {
  it.each(EXPECTED)('calls $metric.name as prometheus does', (row) => {
    const { metric } = row;
    expect(metricName(metric, naming, 'part' in row ? row.part : undefined)).toBe(row[naming]);
  });

  it('translates all names', () => {
    // A word of the name that is also a suffix would not be given twice, and a unit that is
    // neither seconds nor an annotation would give a word of its own.
    for (const { name, unit } of METRICS) {
      expect(unit).toMatch(/^(s|\{[a-z_]+\})$/);
      expect(name).not.toMatch(/__|\b(seconds|total|ratio)\b/);
    }
  });

  it('has no name for two metrics', () => {
    const names = METRICS.flatMap((metric) =>
      metric.instrument === 'histogram'
        ? (['bucket', 'sum', 'count'] as const).map((part) => metricName(metric, naming, part))
        : [metricName(metric, naming)],
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('labels', () => {
  it.each(['prometheus-exporter', 'otlp', 'otlp-no-suffixes'] as const)(
    'have underscores for dots on the road %s',
    (naming) => {
      expect(labelName(ATTR_POLICY_NAME, naming)).toBe('resilience_policy_name');
      expect(labelReference(ATTR_ERROR_TYPE, naming)).toBe('error_type');
    },
  );

  it.each(['otlp-utf8-suffixes', 'otlp-utf8'] as const)(
    'keep their dots on the road %s, and quotes where they are referred to',
    (naming) => {
      expect(labelName(ATTR_POLICY_NAME, naming)).toBe('resilience.policy.name');
      expect(labelReference(ATTR_POLICY_TYPE, naming)).toBe('"resilience.policy.type"');
      expect(labelReference('job', naming)).toBe('job');
    },
  );
});

describe('a selector', () => {
  const matchers = [
    { label: 'job', op: '=~', value: '$job' },
    { label: ATTR_POLICY_NAME, op: '!=', value: 'a "quoted" \\ name' },
  ] as const;

  it('has its name before the braces where prometheus always took it', () => {
    expect(selector(metrics.EXECUTIONS, 'otlp')).toBe('resilience_executions_total');
    expect(selector(metrics.EXECUTIONS, 'otlp', matchers)).toBe(
      'resilience_executions_total{job=~"$job",resilience_policy_name!="a \\"quoted\\" \\\\ name"}',
    );
  });

  it('has its name inside the braces, in quotes, where it has dots', () => {
    expect(selector(metrics.EXECUTIONS, 'otlp-utf8')).toBe('{"resilience.executions"}');
    expect(selector(metrics.EXECUTION_DURATION, 'otlp-utf8-suffixes', matchers, 'bucket')).toBe(
      '{"resilience.execution.duration_seconds_bucket",job=~"$job",' +
        '"resilience.policy.name"!="a \\"quoted\\" \\\\ name"}',
    );
  });
});
