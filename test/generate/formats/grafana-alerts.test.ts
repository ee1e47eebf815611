import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Alert, RuleGroup } from '../../../src/generate/alerts/types.ts';
import { grafanaAlerts } from '../../../src/generate/formats/grafana-alerts.ts';
import { generate } from '../../../src/generate/index.ts';
import { resolveGenerateSettings } from '../../../src/generate/options/generate-options.ts';
import { Queries } from '../../../src/generate/promql/queries.ts';
import { alertsIn } from '../../support/generated.ts';
import { offenders } from '../../support/offenders.ts';

interface Query {
  readonly refId: string;
  readonly datasourceUid: string;
  readonly relativeTimeRange: { readonly from: number; readonly to: number };
  readonly model: Readonly<Record<string, unknown>>;
}

interface Rule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly data: readonly Query[];
  readonly for: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

interface Group {
  readonly orgId: number;
  readonly folder: string;
  readonly interval: string;
  readonly rules: readonly Rule[];
}

const PATH = 'provisioning/alerting/resilience-alerts.yaml';
const read = (text = '') => (parse(text) as { groups: Group[] }).groups;
const groups = read(generate({ what: 'alerts', format: 'grafana' })[PATH]);
const rules = groups.flatMap((group) => group.rules);
/** The Prometheus rules, without those that read `ALERTS`. */
const prometheusRules = alertsIn(generate({ what: 'alerts' })).filter(
  ({ expr }) => !expr.includes('ALERTS{'),
);

describe('Grafana-managed alert rules', () => {
  it('are in groups of one folder, with an interval that Grafana supports', () => {
    for (const { orgId, folder, interval } of groups) {
      expect({ orgId, folder, interval }).toEqual({
        orgId: 1,
        folder: 'Resilience',
        interval: '1m',
      });
    }
    for (const { interval } of read(
      generate({ what: 'alerts', format: 'grafana', timeScale: 60 })[PATH],
    )) {
      expect(interval).toBe('10s');
    }
  });

  it('have unique uids and titles within the limits of Grafana', () => {
    for (const { uid } of rules) expect(uid).toMatch(/^[\w-]{1,40}$/);
    expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
    expect(new Set(rules.map(({ title }) => title)).size).toBe(rules.length);
    expect(rules.map(({ uid }) => uid)).toContain('ErrorBudgetBurn-critical-1h');
  });

  it('reject a uid that is too long', () => {
    const alert: Alert = {
      name: `Resilience${'x'.repeat(41)}`,
      severity: 'info',
      subject: 'job',
      expr: 'up',
      summary: '',
      description: '',
    };
    const group: RuleGroup<Alert> = { name: 'long', rules: [alert] };
    expect(() => grafanaAlerts([group], new Queries(resolveGenerateSettings({})))).toThrow(
      `Expected a uid of 40 characters at most, got ${'x'.repeat(41)}`,
    );
  });

  const indexed = rules.map((rule, index) => ({ rule, index }));
  const title = ({ rule }: { readonly rule: Rule }) => rule.title;

  it('have the keys of a provisioning file', () => {
    expect(
      offenders(indexed, title, ({ rule, index }) => {
        expect(Object.keys(rule).filter((key) => key !== 'keep_firing_for')).toEqual([
          'uid',
          'title',
          'condition',
          'data',
          'noDataState',
          'execErrState',
          'for',
          'missing_series_evals_to_resolve',
          'annotations',
          'labels',
          'isPaused',
        ]);
        expect(rule).toMatchObject({
          condition: 'C',
          noDataState: 'OK',
          execErrState: 'Error',
          isPaused: false,
          labels: prometheusRules[index]?.labels,
        });
        expect(rule.for).toMatch(/^\d+[smh]$/);
      }),
    ).toEqual([]);
  });

  it('fire for every value of their query, including zero', () => {
    expect(
      offenders(indexed, title, ({ rule, index }) => {
        const [query, hasValue, fires] = rule.data;
        expect(rule.data.map(({ refId }) => refId)).toEqual(['A', 'B', 'C']);
        expect(rule.data.map(({ model }) => model['refId'])).toEqual(['A', 'B', 'C']);
        expect(query?.datasourceUid).toBe('prometheus');
        expect(query?.model).toMatchObject({
          expr: prometheusRules[index]?.expr,
          instant: true,
          range: false,
          datasource: { type: 'prometheus', uid: 'prometheus' },
        });
        expect(hasValue).toMatchObject({
          datasourceUid: '__expr__',
          model: { type: 'math', expression: 'is_number($A) || is_nan($A) || is_inf($A)' },
        });
        expect(fires).toMatchObject({
          datasourceUid: '__expr__',
          model: {
            type: 'threshold',
            expression: 'B',
            conditions: [{ evaluator: { type: 'gt', params: [0] } }],
          },
        });
        for (const { relativeTimeRange } of rule.data) {
          expect(relativeTimeRange.from).toBeGreaterThan(relativeTimeRange.to);
        }
      }),
    ).toEqual([]);
  });

  it('refer to the value as Grafana names it', () => {
    expect(
      offenders(indexed, title, ({ rule, index }) => {
        const { description = '', ...rest } = rule.annotations;
        expect(Object.keys(rest)).toEqual(['summary', 'runbook_url']);
        expect(description.replaceAll('$values.A.Value', '$value')).toBe(
          prometheusRules[index]?.annotations['description'],
        );
        // Grafana replaces ${...} in provisioning files by environment variables.
        expect(JSON.stringify(rule.annotations)).not.toMatch(/\$value\b|\$\{/);
      }),
    ).toEqual([]);
  });

  it('query the data source of the option', () => {
    const options = { what: 'alerts', format: 'grafana', datasourceUid: 'mimir-eu' } as const;
    for (const { data } of read(generate(options)[PATH]).flatMap((group) => group.rules)) {
      expect(data[0]?.datasourceUid).toBe('mimir-eu');
      expect(data[0]?.model['datasource']).toEqual({ type: 'prometheus', uid: 'mimir-eu' });
    }
  });
});
