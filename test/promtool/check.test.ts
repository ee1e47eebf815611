import { describe, it } from 'vitest';
import { stringify } from 'yaml';
import { generate } from '../../src/generate/index.ts';
import { NAMINGS } from '../../src/semconv/prometheus.ts';
import { asked } from '../support/generated.ts';
import { RULES, run, withFile } from './promtool.ts';

/** promtool 2 rejects quoted names; a test of the queries parses those. */
const READABLE = NAMINGS.filter((naming) => !naming.startsWith('otlp-utf8'));

async function check(path: string): Promise<void> {
  await run(['check', 'rules', '--lint=all', '--lint-fatal', path]);
}

describe('promtool', () => {
  it.each(RULES)('accepts the committed rules of $naming without a warning', ({ path }) =>
    check(path),
  );

  it.each([0.5, 20, 100])('accepts the rules with a time scale of %s', async (timeScale) => {
    for (const naming of READABLE) {
      const rules = generate({ naming, timeScale })['alerts/resilience-alerts.yaml'] ?? '';
      await withFile('rules.yaml', rules, check);
    }
  });

  it.each(READABLE)('accepts every query of the dashboards with the naming %s', (naming) => {
    const rules = asked(generate({ naming })).map(({ expr }, index) => ({
      record: `query:${index}`,
      expr: expr.replace(/\$__(rate_interval|range)/g, '5m'),
    }));
    return withFile('rules.yaml', stringify({ groups: [{ name: 'queries', rules }] }), check);
  });
});
