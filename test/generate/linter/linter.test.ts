import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dashboardOf } from '../../support/generated.ts';
import { RULES as ofDashboards } from './dashboards.ts';
import { RULES as ofPanels } from './panels.ts';
import { RULES as ofTargets } from './targets.ts';
import { RULES as ofTemplates } from './templates.ts';

const RULES = [...ofDashboards, ...ofTemplates, ...ofPanels, ...ofTargets];

const files = ['', '-otlp'].flatMap((suffix) =>
  ['fleet', 'policy'].map((name) => `dashboards${suffix}/resilience-${name}${suffix}.json`),
);
const read = (path: string) => JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));

describe.each(files)('the committed %s', (path) => {
  it.each(RULES)('keeps the $name', ({ lint }) => {
    expect(lint(dashboardOf(read(path)))).toEqual([]);
  });
});

describe('a dashboard that is broken', () => {
  const broken = RULES.flatMap(({ name, lint, breaks }) =>
    breaks.map((each) => ({ name, lint, ...each })),
  );

  it.each(broken)('breaks the $name by $to', ({ lint, from, to, says }) => {
    // Each is broken where it has what is replaced.
    const texts = files.map(read).filter((text) => text.includes(from));
    expect(texts).not.toEqual([]);
    for (const text of texts) {
      const dashboard = dashboardOf(text.replace(from, () => to));
      expect(lint(dashboard).join('\n')).toContain(says);
    }
  });

  it('breaks every rule in some way', () => {
    expect(RULES.filter(({ breaks }) => breaks.length === 0)).toEqual([]);
  });
});
