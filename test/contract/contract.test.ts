import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Files, generate } from '../../src/generate/index.ts';
import * as attributes from '../../src/semconv/attributes.ts';
import { METRICS } from '../../src/semconv/metrics.ts';
import {
  LABEL_SERVICE_VERSION,
  labelName,
  metricName,
  type Naming,
} from '../../src/semconv/prometheus.ts';
import { type Sample, TestExporter } from '../support/exporter.ts';
import { alertsIn, asked, recordingsIn } from '../support/generated.ts';
import {
  moveDegradation,
  moveDependency,
  moveEveryMetric,
  openCircuit,
} from '../support/traffic.ts';
import { missing } from './contract.ts';
import { STRATEGIES, type Strategy, TYPES, translated, translatedLabel } from './translation.ts';

const { ATTR_DEPENDENCY_NAME, ATTR_METRIC_OVERFLOW, ATTR_POLICY_NAME } = attributes;
const PARTS = [undefined, 'bucket', 'sum', 'count'] as const;

const exporter = new TestExporter();
/** Its SDK keeps less apart than a stack has. */
const overflowing = new TestExporter([{ instrumentName: '*', aggregationCardinalityLimit: 3 }]);
let samples: Sample[] = [];

beforeAll(async () => {
  await moveEveryMetric(exporter.instrument, 'servicenow');
  await moveEveryMetric(overflowing.instrument, 'servicenow');
  await moveDegradation(exporter.provider, 'employee-profile');
  await moveDependency(exporter.provider, 'servicenow');
  await openCircuit(exporter.instrument, 'servicenow');
  const isOverflow = ({ labels }: Sample) =>
    labelName(ATTR_METRIC_OVERFLOW, 'prometheus-exporter') in labels;
  samples = [...(await exporter.scrape()), ...(await overflowing.scrape()).filter(isOverflow)];
});
afterAll(() => Promise.all([exporter.stop(), overflowing.stop()]));

/** The scrape as it would be if the metrics had come by OTLP. */
function byOtlp(strategy: Strategy): Sample[] {
  const names = new Map(
    METRICS.flatMap((metric) => {
      const name = translated({ ...metric, type: TYPES[metric.instrument] }, strategy);
      return PARTS.map((part) => [
        metricName(metric, 'prometheus-exporter', part),
        part ? `${name}_${part}` : name,
      ]);
    }),
  );
  const labels = new Map(
    [...Object.values(attributes), LABEL_SERVICE_VERSION]
      .filter((value) => typeof value === 'string')
      .map((name) => [translatedLabel(name, { escaped: true }), translatedLabel(name, strategy)]),
  );
  return samples.map((sample) => ({
    name: names.get(sample.name) ?? sample.name,
    labels: Object.fromEntries(
      Object.entries(sample.labels).map(([label, value]) => [labels.get(label) ?? label, value]),
    ),
    value: sample.value,
  }));
}

/** What Prometheus makes itself, of the rules and of alerts that fire. */
function madeOf(files: Files, naming: Naming): Sample[] {
  const subject = (about: string) => ({ [labelName(about, naming)]: 'servicenow' });
  return [
    ...recordingsIn(files).map(({ record, expr }) => ({
      name: record,
      labels: record.startsWith('job:')
        ? {}
        : subject(
            expr.includes(labelName(ATTR_DEPENDENCY_NAME, naming))
              ? ATTR_DEPENDENCY_NAME
              : ATTR_POLICY_NAME,
          ),
      value: 1,
    })),
    ...alertsIn(files).map(({ alert, labels }) => ({
      name: 'ALERTS',
      labels: { alertname: alert, alertstate: 'firing', ...labels, ...subject(ATTR_POLICY_NAME) },
      value: 1,
    })),
  ];
}

const naming = 'prometheus-exporter';
const files = generate();
const queries = asked(files);

describe('what dashboards and rules ask for', () => {
  it('is more than nothing', () => {
    expect(queries.filter(({ expr }) => expr === '')).toEqual([]);
    expect(queries.length).toBeGreaterThan(50);
  });

  it('is in a scrape of the real exporter: metrics, labels and values', () => {
    expect(missing(queries, [...samples, ...madeOf(files, naming)])).toEqual([]);
  });

  it.each([
    ['otlp', STRATEGIES.UnderscoreEscapingWithSuffixes],
    ['otlp-no-suffixes', STRATEGIES.UnderscoreEscapingWithoutSuffixes],
    ['otlp-utf8-suffixes', STRATEGIES.NoUTF8EscapingWithSuffixes],
    ['otlp-utf8', STRATEGIES.NoTranslation],
  ] as const)('is on the road %s, by the translation of prometheus', (road, strategy) => {
    const translatedFiles = generate({ naming: road });
    const made = madeOf(translatedFiles, road);
    expect(missing(asked(translatedFiles), [...byOtlp(strategy), ...made])).toEqual([]);
  });

  it('has moved: no panel is shown a zero because nothing ever happened', () => {
    for (const metric of METRICS) {
      const part = metric.instrument === 'histogram' ? 'count' : undefined;
      const name = metricName(metric, naming, part);
      const moved = samples.filter((sample) => sample.name === name && sample.value > 0);
      expect({ name, moved: moved.length > 0 }).toEqual({ name, moved: true });
    }
  });
});

describe('the contract', () => {
  const renamed = (from: string, to: string): Sample[] =>
    samples.map(({ name, labels, value }) => ({
      name: name.replace(from, to),
      labels: Object.fromEntries(
        Object.entries(labels).map(([label, text]) => [
          label.replace(from, to),
          text.replace(from, to),
        ]),
      ),
      value,
    }));

  it('is broken by a metric that has another name', () => {
    expect(missing(queries, renamed('circuit_breaker_downtime', 'breaker_downtime'))).toContain(
      'ResilienceCircuitBreakerStuckOpen: no metric resilience_circuit_breaker_downtime',
    );
  });

  it('is broken by a label that has another name', () => {
    expect(missing(queries, renamed('policy_name', 'policy'))).toEqual(
      expect.arrayContaining([
        'resilience-fleet: variable policy: no label resilience_policy_name on resilience_executions_total',
        'ResilienceCircuitBreakerStuckOpen: no label resilience_policy_name on resilience_circuit_breaker_calls_total',
      ]),
    );
  });

  it('is broken by a value that is called otherwise', () => {
    expect(missing(queries, renamed('half_open', 'half-open'))).toContain(
      'ResilienceCircuitBreakerStuckOpen: no value half_open of resilience_circuit_breaker_state on resilience_circuit_breaker_state',
    );
  });
});
