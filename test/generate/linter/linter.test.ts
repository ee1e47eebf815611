import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Dashboard } from '../../support/generated.ts';
import { RULES as ofDashboards } from './dashboards.ts';
import { RULES as ofPanels } from './panels.ts';
import { RULES as ofTargets } from './targets.ts';
import { RULES as ofTemplates } from './templates.ts';

const RULES = [...ofDashboards, ...ofTemplates, ...ofPanels, ...ofTargets];

const files = ['dashboards', 'dashboards/otlp'].flatMap((folder) =>
  ['resilience-fleet', 'resilience-policy'].map((uid) => `${folder}/${uid}.json`),
);
const read = (path: string) => JSON.stringify(JSON.parse(readFileSync(path, 'utf8')));

describe.each(files)('the committed %s', (path) => {
  it.each(RULES)('keeps the $name', ({ lint }) => {
    expect(lint(JSON.parse(read(path)) as Dashboard)).toEqual([]);
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
      const dashboard = JSON.parse(text.replace(from, () => to)) as Dashboard;
      expect(lint(dashboard).join('\n')).toContain(says);
    }
  });

  it('breaks every rule in some way', () => {
    expect(RULES.filter(({ breaks }) => breaks.length === 0)).toEqual([]);
  });
});
