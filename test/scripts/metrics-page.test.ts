import { describe, expect, it } from 'vitest';
import { metricsPage, metricsTable } from '../../scripts/docs/metrics-page.ts';
import { CONNECTION_METRICS, METRICS as CORE } from '../../src/semconv/metrics.ts';
import { metricName, NAMINGS } from '../../src/semconv/prometheus.ts';

const METRICS = [...CORE, ...CONNECTION_METRICS];

describe('the page of the metrics', () => {
  const page = metricsPage();

  it.each(METRICS)('has $name in full', ({ name, description, unit, instrument, attributes }) => {
    const [, section = ''] = page.split(`\n## \`${name}\`\n`);
    const text = section.split('\n## ')[0] ?? '';
    expect(text).toContain(description);
    expect(text).toContain(`- ${instrument}, unit \`${unit}\``);
    for (const [attribute, values] of Object.entries(attributes)) {
      const written = values.map((value) => `\`${value}\``).join(', ') || 'any';
      expect(text).toContain(`- \`${attribute}\`: ${written}`);
    }
  });

  it.each(METRICS)('has the names of $name on every road', (metric) => {
    const part = metric.instrument === 'histogram' ? 'bucket' : undefined;
    const names = NAMINGS.map((naming) => `\`${metricName(metric, naming, part)}\``);
    expect(page).toContain(`| \`${metric.name}\` | ${names.join(' | ')} |`);
  });

  it('tells which changes of state exist, as not every pair of states does', () => {
    expect(page).toContain('`half_open` → `closed`');
    expect(page).not.toContain('`open` → `closed`,');
  });

  it('has a short form with a line for each metric', () => {
    expect(metricsTable().split('\n')).toHaveLength(CORE.length + 2);
  });
});
