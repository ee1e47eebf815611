import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { thresholdsRead } from '../../scripts/docs/alerts-page.ts';
import { alertGroups } from '../../src/generate/alerts/index.ts';
import { resolveGenerateSettings } from '../../src/generate/options/generate-options.ts';
import {
  resolveLimits,
  THRESHOLDS,
  type ThresholdName,
} from '../../src/generate/options/limits.ts';
import { Queries } from '../../src/generate/promql/queries.ts';
import { BURN_RATES, LIMITS } from '../../src/presets/thresholds.ts';
import { blocksOf, sectionOf } from '../support/markdown.ts';
import { offenders } from '../support/offenders.ts';
import { parseQuery } from '../support/promql.ts';
import { Vocabulary } from '../support/vocabulary.ts';

const HEADINGS = [
  'What it means',
  'What the caller feels',
  'What to check first',
  'What to do',
  'When it is a false alarm',
  'Thresholds',
];

const queries = new Queries(resolveGenerateSettings({}));
const alerts = alertGroups(queries).flatMap(({ rules }) => rules);
const names = [...new Set(alerts.map((alert) => alert.name))];
const thresholds = thresholdsRead(queries);
const vocabulary = new Vocabulary(queries, names);
const read = (path: string) => readFileSync(path, 'utf8');

/** The ways in which prose may write a threshold. */
function spellings(name: ThresholdName): string[] {
  const value = THRESHOLDS[name];
  const percent = `${Number((value * 100).toPrecision(12))}`;
  if (/\.(ratio|perCall)$/.test(name)) return [`${percent} %`];
  if (name.endsWith('.quantile')) return [`${percent}th percentile`];
  if (!/seconds$/i.test(name)) return value === 1 ? [''] : [`${value} `];
  const words = { 3600: ['hour'], 86400: ['day'] }[value] ?? [];
  return [`${value} s`, `${value * 1000} ms`, `${value / 60} min`, `${value / 3600} h`, ...words];
}

it('every alert has a runbook, and every runbook has an alert', () => {
  expect(readdirSync('docs/runbooks').sort()).toEqual(names.map((name) => `${name}.md`).sort());
});

const runbooks = names.map((name) => {
  const page = read(`docs/runbooks/${name}.md`);
  const lead = page.split('\n## ')[0] ?? '';
  const limit = sectionOf(page, 'Thresholds');
  const own = [
    ...new Set(alerts.flatMap((alert, index) => (alert.name === name ? thresholds[index] : []))),
  ].filter((threshold) => threshold !== undefined);
  return { name, page, lead, limit, own };
});
type Runbook = (typeof runbooks)[number];

describe('every runbook', () => {
  const check = (assert: (runbook: Runbook) => void) =>
    expect(offenders(runbooks, ({ name }) => name, assert)).toEqual([]);

  it('has the headings of all runbooks', () => {
    check(({ page, name }) => {
      expect(page.split('\n')[0]).toBe(`# ${name}`);
      expect([...page.matchAll(/^##+ (.+)$/gm)].map(([, heading]) => heading)).toEqual(HEADINGS);
      for (const heading of HEADINGS) expect(sectionOf(page, heading).trim()).not.toBe('');
    });
  });

  it('starts with the severities of the rule in bold', () => {
    check(({ name, lead }) => {
      const rules = alerts.filter((alert) => alert.name === name);
      const [first = ''] = lead.split('\n').slice(2);
      expect(first).toMatch(/^\*\*/);
      const bold = [...lead.matchAll(/\*\*(\w+)/g)].map(([, word]) => word?.toLowerCase());
      expect(bold).toEqual([...new Set(rules.map(({ severity }) => severity))]);
    });
  });

  it('starts with the limits of the rule', () => {
    check(({ lead, own }) => {
      for (const threshold of own) {
        const found = spellings(threshold).filter((text) =>
          lead.replaceAll('\n', ' ').includes(text),
        );
        expect(found, threshold).not.toEqual([]);
      }
    });
  });

  it('has at least three queries, each with a question', () => {
    check(({ page }) => {
      const blocks = blocksOf(sectionOf(page, 'What to check first'), 'promql');
      expect(blocks.length).toBeGreaterThanOrEqual(3);
      expect(blocks).toEqual(blocksOf(page, 'promql'));
      for (const block of blocks) expect(block).toMatch(/^# .*\?/);
    });
  });

  it('queries metrics, labels and values that exist', () => {
    check(({ page }) => {
      for (const block of blocksOf(page, 'promql')) {
        const { selections } = parseQuery(block);
        expect(selections.length).toBeGreaterThan(0);
        expect(selections.flatMap((selection) => vocabulary.missing(selection))).toEqual([]);
      }
    });
  });

  it('lists every threshold of the rule with value and source', () => {
    check(({ limit, own }) => {
      const rows = [...limit.matchAll(/^\| `(.+?)` \| (.+?) \| .+ \| (.+?) \|$/gm)];
      expect(rows.map(([, threshold, value]) => [threshold, Number(value)])).toEqual(
        own.map((threshold) => [threshold, THRESHOLDS[threshold]]),
      );
      for (const name of own) {
        const [group = ''] = name.split('.');
        const { source } = LIMITS[group as keyof typeof LIMITS];
        const sources = rows
          .filter(([, threshold]) => threshold?.startsWith(`${group}.`))
          .map(([, , , text]) => text);
        // The documented number of a limit may be one that no alert reads.
        const ofGroup = Object.keys(THRESHOLDS).filter((key) => key.startsWith(`${group}.`));
        if (ofGroup.length === sources.length) {
          expect(sources.includes('documented'), name).toBe(
            source.some((letter) => letter !== 'D'),
          );
        }
        expect(new Set([...sources, 'documented', 'this package']).size).toBe(2);
        expect(limit).toContain(`\`LIMITS.${group}\``);
      }
      expect(limit).toContain(
        own.length > 0 ? '`src/presets/thresholds.ts`' : 'no threshold to set',
      );
    });
  });

  it('shows a command that changes a threshold', () => {
    check(({ limit, own }) => {
      const [command = ''] = blocksOf(limit, 'sh');
      const set = [...command.matchAll(/--set '?([\w.]+)(?:{.+})?=([\d.]+)/g)].map(
        ([, threshold, value]) => [threshold, Number(value)] as const,
      );
      expect(set.length > 0).toBe(own.length > 0);
      if (own.length > 0) expect(command).toMatch(/^npx cockatiel-otel generate --set /);
      for (const [threshold, value] of set) {
        expect(own).toContain(threshold);
        expect(value).not.toBe(THRESHOLDS[threshold as ThresholdName]);
      }
      expect(() => resolveLimits(Object.fromEntries(set))).not.toThrow();
    });
  });
});

it('docs/alerts.md and the runbooks name the alerts that read recording rules', () => {
  const readers = alerts
    .filter(({ expr }) => /\b(policy|job|instance):/.test(expr))
    .map((alert) => alert.name);
  const loading = sectionOf(read('docs/alerts.md'), 'Loading them');
  const named = [...loading.matchAll(/`(Resilience\w+)`/g)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(readers));
  for (const name of names) {
    const page = read(`docs/runbooks/${name}.md`);
    expect(page.includes('`resilience-recording-rules.yaml`'), name).toBe(readers.includes(name));
  }
});

it('the runbook of ResilienceErrorBudgetBurn lists every burn rate and its windows', () => {
  const page = read('docs/runbooks/ResilienceErrorBudgetBurn.md');
  const time = (seconds: number) =>
    [[86_400, 'd'] as const, [3600, 'h'] as const, [60, 'min'] as const]
      .filter(([size]) => seconds % size === 0)
      .map(([size, unit]) => `${seconds / size} ${unit}`)[0];
  for (const { severity, burn, longSeconds, shortSeconds, forSeconds } of BURN_RATES) {
    const times = [longSeconds, shortSeconds, forSeconds].map(time).join(' | ');
    expect(page).toContain(`| ${severity} | ${burn} | ${times} |`);
  }
});

it('the runbook of ResilienceMetricsOverflow has the recipe of the README', () => {
  const [recipe = ''] = blocksOf(read('docs/runbooks/ResilienceMetricsOverflow.md'), 'ts');
  const unindented = recipe.replaceAll(/^ {2}/gm, '');
  expect(blocksOf(read('README.md'), 'ts')).toContain(unindented);
});
