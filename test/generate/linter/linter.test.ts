import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dashboardOf } from '../../support/generated.ts';
import { RULES as DASHBOARD_RULES } from './dashboards.ts';
import { RULES as PANEL_RULES } from './panels.ts';
import { RULES as TARGET_RULES } from './targets.ts';
import { RULES as TEMPLATE_RULES } from './templates.ts';

const RULES = [...DASHBOARD_RULES, ...TEMPLATE_RULES, ...PANEL_RULES, ...TARGET_RULES];

const files = ['', '-otlp'].flatMap((suffix) =>
  ['fleet', 'policy'].map((name) => `dashboards${suffix}/resilience-${name}${suffix}.json`),
);
const read = (path: string) => JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));

describe('the linter', () => {
  it.each(files)('finds no fault in %s', (path) => {
    const dashboard = dashboardOf(read(path));
    const faults = RULES.flatMap(({ name, lint }) =>
      lint(dashboard).map((fault) => `${name}: ${fault}`),
    );
    expect(faults).toEqual([]);
  });

  it('finds every fault that a rule describes', () => {
    const texts = files.map(read);
    const undetected = RULES.flatMap(({ name, lint, breaks }) =>
      breaks.flatMap(({ from, to, says }) => {
        const affected = texts.filter((text) => text.includes(from));
        const isDetected =
          affected.length > 0 &&
          affected.every((text) =>
            lint(dashboardOf(text.replace(from, () => to)))
              .join('\n')
              .includes(says),
          );
        return isDetected ? [] : [`${name}: ${from} -> ${to}`];
      }),
    );
    expect(undetected).toEqual([]);
  });

  it('has a fault for every rule', () => {
    expect(RULES.filter(({ breaks }) => breaks.length === 0)).toEqual([]);
  });
});
