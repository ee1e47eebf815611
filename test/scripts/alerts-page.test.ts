import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alertsPage, alertsTable, thresholdsRead } from '../../scripts/docs/alerts-page.ts';
import { alertGroups } from '../../src/generate/alerts/index.ts';
import { resolveGenerateSettings } from '../../src/generate/options/generate-options.ts';
import { THRESHOLDS } from '../../src/generate/options/limits.ts';
import { Queries } from '../../src/generate/promql/queries.ts';

const queries = new Queries(resolveGenerateSettings({}));
const alerts = alertGroups(queries).flatMap(({ rules }) => rules);
const lines = alertsTable(queries).split('\n').slice(2);

describe('the table of the alerts', () => {
  it('has a line for each rule, in their order, with its severity and a link to its runbook', () => {
    expect(lines.map((line) => line.split(' | ').slice(0, 2))).toEqual(
      alerts.map(({ name, severity }) => [`| [${name}](runbooks/${name}.md)`, severity]),
    );
  });

  it('says what the alert says, with words for what is not known before', () => {
    expect(lines.join('\n')).not.toMatch(/{{|\$/);
    expect(lines[0]).toContain('of the circuit breakers of *policy* (job *job*)');
  });

  it('has the thresholds that change the rule, with their documented values', () => {
    const [first] = thresholdsRead(queries);
    expect(first).toEqual([
      'fleetWide.ratio',
      'fleetWide.windowSeconds',
      'fleetWide.forSeconds',
      'circuitCalls.windowSeconds',
    ]);
    expect(lines[0]).toContain(`\`fleetWide.ratio=${THRESHOLDS['fleetWide.ratio']}\``);
  });

  it('is in docs/alerts.md', () => {
    const page = readFileSync('docs/alerts.md', 'utf8');
    expect(alertsPage(page)).toEqual({ 'docs/alerts.md': page });
  });
});
