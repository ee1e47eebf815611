import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/semconv/metrics.ts';
import { labelName, metricName } from '../../src/semconv/prometheus.ts';
import { parseQuery } from '../support/promql.ts';

const naming = 'prometheus-exporter';
const labelsOf = new Map(
  METRICS.map((metric) => [
    metricName(metric, naming),
    ['job', 'instance', metric.subject, ...Object.keys(metric.attributes)].map((label) =>
      labelName(label, naming),
    ),
  ]),
);

describe.each(readdirSync('docs/runbooks'))('the runbook %s', (file) => {
  const page = readFileSync(`docs/runbooks/${file}`, 'utf8');
  const queries = [...page.matchAll(/```promql\n(.+?)```/gs)].flatMap(([, block = '']) =>
    block.trim().split('\n\n'),
  );

  it('has queries that can be pasted: the metrics and labels exist', () => {
    expect(queries.length).toBeGreaterThanOrEqual(3);
    for (const { selections } of queries.map(parseQuery)) {
      expect(selections.length).toBeGreaterThan(0);
      for (const { metric, matchers, grouping } of selections) {
        expect([...labelsOf.keys()]).toContain(metric);
        for (const label of [...matchers.map((each) => each.label), ...grouping]) {
          expect(labelsOf.get(metric)).toContain(label);
        }
      }
    }
  });
});
