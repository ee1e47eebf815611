import { describe, expect, it } from 'vitest';
import { CHECKS, findings } from './lint/checks.ts';
import { committed, groupsIn, type Rule } from './rules.ts';

const naming = 'prometheus-exporter';

describe.each([
  { naming: 'prometheus-exporter', scrapeInterval: 15 },
  { naming: 'otlp', scrapeInterval: 60 },
] as const)('the committed rules of $naming', ({ naming, scrapeInterval }) => {
  it('pass every check', () => {
    const groups = groupsIn(committed(naming));
    expect(groups.length).toBeGreaterThan(1);
    expect(findings({ naming, groups, scrapeInterval })).toEqual([]);
  });
});

const EXECUTIONS =
  'sum by (job, resilience_policy_name) (increase(resilience_executions_total[5m]))';
const good: Rule = {
  alert: 'Good',
  expr: `${EXECUTIONS} > 5`,
  labels: { severity: 'warning' },
  annotations: {
    summary: 'Of {{ $labels.resilience_policy_name }}.',
    description: 'Many.',
    runbook_url: 'docs',
  },
};

function found(...rules: readonly Rule[]): string[] {
  return findings({ naming, groups: [{ name: 'group', rules }], scrapeInterval: 15 });
}

describe('a check', () => {
  it('accepts a correct rule', () => expect(found(good)).toEqual([]));

  const violations: readonly (readonly [string, Partial<Rule>, string])[] = [
    [
      'alerts/annotation',
      { annotations: { ...good.annotations, runbook_url: ' ' } },
      'no annotation runbook_url',
    ],
    ['alerts/comparison', { expr: EXECUTIONS }, 'fires for any value'],
    ['alerts/comparison', { expr: `${EXECUTIONS} > bool 5` }, 'fires for any value'],
    ['alerts/comparison', { expr: `${EXECUTIONS} > 5 or ${EXECUTIONS}` }, 'fires for any value'],
    ['alerts/for', { for: '0s' }, 'waits for nothing'],
    ['alerts/for', { for: '5 min' }, 'no duration: 5 min'],
    [
      'alerts/template',
      { annotations: { ...good.annotations, summary: '{{ $labels.instance }}' } },
      'no label instance',
    ],
    [
      'alerts/template',
      { labels: { severity: 'warning', value: '{{ $value }}' } },
      'the label value changes with the value',
    ],
    ['rule/label', { labels: { severity: 'page' } }, 'no severity'],
    [
      'promql/aggregate',
      { expr: `${EXECUTIONS} > 5 and on () count by (instance) (resilience_executions_total) > 0` },
      'drops job: count by (instance) (resilience_executions_total)',
    ],
    [
      'promql/aggregate',
      {
        expr: 'sum without (instance) (resilience_executions_total) > 5',
        annotations: { ...good.annotations, summary: '-' },
      },
      'not by labels: sum without (instance) (resilience_executions_total)',
    ],
    [
      'promql/rate',
      { expr: EXECUTIONS.replace('5m', '45s').concat(' > 5') },
      'a range of fewer than 4 samples: increase(resilience_executions_total[45s])',
    ],
    [
      'promql/rate',
      { expr: EXECUTIONS.replace('executions_total', 'bulkhead_active').concat(' > 5') },
      'resilience_bulkhead_active is no counter',
    ],
    [
      'promql/rate',
      { expr: `rate((${EXECUTIONS})[5m:1m]) > 5` },
      `of what is no series: rate((${EXECUTIONS})[5m:1m])`,
    ],
    [
      'promql/regexp',
      { expr: EXECUTIONS.replace('[', '{resilience_outcome=~"failure"}[').concat(' > 5') },
      'needless: resilience_outcome, failure',
    ],
    [
      'promql/regexp',
      {
        expr: EXECUTIONS.replace('[', '{resilience_outcome=~"^failure|rejected$"}[').concat(' > 5'),
      },
      'anchored anyhow: resilience_outcome, ^failure|rejected$',
    ],
    [
      'promql/regexp',
      { expr: EXECUTIONS.replace('[', '{job=~"shop_.+_live"}[').concat(' > 5') },
      'parts of a value: job, shop_.+_live',
    ],
    [
      'promql/fragile',
      {
        expr: `topk by (job) (3, ${EXECUTIONS}) > 5`,
        annotations: { ...good.annotations, summary: '-' },
      },
      'topk gives others each time',
    ],
    [
      'promql/fragile',
      {
        expr: `${EXECUTIONS.replace('[', '{job="a"}[')} / ${EXECUTIONS} > 5`,
      },
      `of other targets: ${EXECUTIONS.replace('[', '{job="a"}[')} / ${EXECUTIONS}`,
    ],
    [
      'promql/impossible',
      {
        expr: `sum by (job, resilience_policy_name) (sum by (job) (resilience_executions_total)) > 5`,
      },
      'groups by resilience_policy_name, which is not there: sum by (job, resilience_policy_name) (sum by (job) (resilience_executions_total))',
    ],
    [
      'promql/impossible',
      { expr: `${EXECUTIONS} > 5 unless sum by (job) (resilience_executions_total)` },
      `matches {job,resilience_policy_name} with {job}: ${EXECUTIONS} > 5 unless sum by (job) (resilience_executions_total)`,
    ],
    [
      'promql/impossible',
      { expr: `${EXECUTIONS} > 5 and on (instance) resilience_executions_total` },
      `matches on instance, which is not on both sides: ${EXECUTIONS} > 5 and on (instance) resilience_executions_total`,
    ],
    [
      'promql/impossible',
      { expr: 'sum by (job) (resilience_nothing) > 5' },
      'no metric resilience_nothing',
    ],
  ];

  it.each(violations)('%s finds %j', (name, fault, what) => {
    expect(found({ ...good, ...fault })).toContain(`Good: ${name}: ${what}`);
  });

  it('promql/rate finds recorded series of several processes, of a gauge, or of a rate', () => {
    const expr = EXECUTIONS.replace('resilience_executions_total', 'process:x:y').concat(' > 5');
    const labels = 'job, instance, resilience_policy_name';
    const of = (recorded: string) =>
      found({ ...good, expr }, { record: 'process:x:y', expr: recorded }).filter((what) =>
        what.includes('no counter'),
      );
    const no = ['Good: promql/rate: process:x:y is no counter'];
    expect(of(`sum by (${labels}) (resilience_executions_total)`)).toEqual([]);
    expect(of('sum by (job, resilience_policy_name) (resilience_executions_total)')).toEqual(no);
    expect(of(`sum by (${labels}) (resilience_bulkhead_active)`)).toEqual(no);
    expect(of(`sum by (${labels}) (increase(resilience_executions_total[5m]))`)).toEqual(no);
  });

  it('rule/duplicate finds two alerts of one name and severity, and a series recorded twice', () => {
    expect(found(good, good)).toContain('Good: rule/duplicate: 2 rules make the same');
    expect(found(good, { ...good, labels: { severity: 'critical' } })).toEqual([]);
    const recording: Rule = { record: 'policy:x:y', expr: EXECUTIONS };
    expect(found(recording, recording)).toContain(
      'policy:x:y: rule/duplicate: 2 rules make the same',
    );
  });

  it('has a rule that it rejects', () => {
    const shown = new Set([...violations.map(([name]) => name), 'rule/duplicate']);
    expect(shown).toEqual(new Set(Object.keys(CHECKS)));
  });
});
