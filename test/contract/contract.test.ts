import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import { METRICS } from '../../src/semconv/metrics.ts';
import { metricName, type Naming } from '../../src/semconv/prometheus.ts';
import { type Sample, TestExporter } from '../support/exporter.ts';
import { asked } from '../support/generated.ts';
import { moveEveryMetric } from '../support/traffic.ts';
import { missing } from './contract.ts';

const exporter = new TestExporter();
let samples: Sample[] = [];

beforeAll(async () => {
  await moveEveryMetric(exporter.instrument, 'servicenow');
  samples = await exporter.scrape();
});
afterAll(() => exporter.stop());

/** The scrape as it would be on another road. */
function onRoad(naming: Naming): Sample[] {
  const names = new Map(
    METRICS.flatMap((metric) =>
      ([undefined, 'bucket', 'sum', 'count'] as const).map(
        (part) =>
          [
            metricName(metric, 'prometheus-exporter', part),
            metricName(metric, naming, part),
          ] as const,
      ),
    ),
  );
  return samples.map((sample) => ({ ...sample, name: names.get(sample.name) ?? sample.name }));
}

const naming = 'prometheus-exporter';
const queries = asked(generate());

describe('what dashboards and rules ask for', () => {
  it('is more than nothing', () => {
    expect(queries.filter(({ expr }) => expr === '')).toEqual([]);
    expect(queries.length).toBeGreaterThan(15);
  });

  it('is in a scrape of the real exporter: metrics, labels and values', () => {
    expect(missing(queries, samples)).toEqual([]);
  });

  it('is on the road of otlp as well', () => {
    expect(missing(asked(generate({ naming: 'otlp' })), onRoad('otlp'))).toEqual([]);
  });

  it('has moved: no panel is shown a zero because nothing ever happened', () => {
    for (const metric of METRICS.filter(({ name }) => !name.includes('dependency'))) {
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
    expect(missing(queries, renamed('circuit_breaker_time', 'breaker_time'))).toContain(
      'ResilienceCircuitBreakerStuckOpen: no metric resilience_circuit_breaker_time_total',
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
      'ResilienceCircuitBreakerStuckOpen: no value half_open of resilience_circuit_breaker_state on resilience_circuit_breaker_time_total',
    );
  });
});
