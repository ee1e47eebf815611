import { describe, expect, it } from 'vitest';
import { generate } from '../../src/generate/index.ts';
import { COLUMNS } from '../../src/generate/panels/scorecard.ts';
import { LIMITS } from '../../src/presets/thresholds.ts';
import { type Dashboard, dashboardsIn, type Panel, type Thresholds } from '../support/generated.ts';
import { parseQuery } from '../support/promql.ts';

function scorecardOf([fleet]: Dashboard[]): Panel {
  const panel = fleet?.panels.find(({ title }) => title.startsWith('Scorecard:'));
  if (!panel) throw new Error('Expected a scorecard, got none');
  return panel;
}

const scorecard = scorecardOf(dashboardsIn(generate()));
const { targets = [], transformations = [], fieldConfig } = scorecard;

/** The query and the options of each column, by title. */
const columns = Object.fromEntries(
  targets.map(({ refId, expr }) => {
    const organize = transformations.find(({ id }) => id === 'organize');
    const title = String(organize?.options['renameByName']?.[`Value #${refId}`]);
    const { properties = [] } =
      fieldConfig?.overrides?.find(({ matcher }) => matcher.options === title) ?? {};
    const value = (id: string) => properties.find((property) => property.id === id)?.value;
    const { steps = [] } = (value('thresholds') ?? {}) as Partial<Thresholds>;
    return [
      title,
      {
        expr,
        unit: value('unit'),
        noValue: value('noValue'),
        cell: value('custom.cellOptions'),
        limit: steps[1]?.value,
        bad: steps[1]?.color === 'dark-red' ? 'above' : 'below',
      },
    ] as const;
  }),
);

/** Limits without a column, and why. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  falseOpenings: 'no metric can tell which opening was one',
  overhead: 'of this package, not of a policy',
  healthCheck: 'of a dependency',
  dependenciesAvailable: 'of all dependencies of a job',
};

describe('the scorecard', () => {
  it('has a column for every limit that applies to a policy', () => {
    const documented = Object.entries(LIMITS)
      .filter(([, { source }]) => source.some((letter: string) => letter !== 'D'))
      .map(([name]) => name)
      .filter((name) => !(name in ELSEWHERE));
    expect(Object.keys(COLUMNS).sort()).toEqual(documented.sort());
    expect(Object.keys(columns)).toHaveLength(documented.length);
  });

  it('colors each cell by its limit', () => {
    const limits = Object.entries(columns).map(([title, { bad, limit }]) => [title, bad, limit]);
    expect(limits).toEqual([
      ['Not closed', 'above', LIMITS.stuckOpen.seconds],
      ['Openings', 'above', LIMITS.opened.count],
      ['Failed probes', 'above', LIMITS.probeFailed.count],
      ['Recovery', 'above', LIMITS.recovery.seconds],
      ['Available', 'below', LIMITS.availability.ratio],
      ['Errors', 'above', LIMITS.errors.ratio],
      // p95: 5 % may be slower.
      ['Over 500 ms', 'above', 0.05],
      ['2nd retries', 'above', LIMITS.secondRetries.count],
      ['Recovered', 'below', LIMITS.retrySuccess.ratio],
      ['Timed out', 'above', LIMITS.timeouts.ratio],
      ['Bulkhead', 'above', LIMITS.bulkheadRejections.ratio],
      ['Fallback', 'above', LIMITS.fallbacks.ratio],
    ]);
    for (const { cell } of Object.values(columns)) {
      expect(cell).toEqual({ type: 'color-background', mode: 'basic' });
    }
  });

  it('measures the same series in the same windows as the alerts', () => {
    const exprOf = (title: string) => columns[title]?.expr ?? '';
    expect(exprOf('Not closed')).toMatch(/^max by .*circuit_breaker_downtime/);
    expect(exprOf('Openings')).toMatch(/previous_state="closed",.*state="open"}\[5m]/);
    expect(exprOf('Failed probes')).toMatch(/previous_state="half_open",.*state="open"}\[5m]/);
    expect(exprOf('Recovery')).toMatch(/increase\(policy:\w+_downtime:max5m.*\[1d].*resets/s);
    expect(exprOf('Available')).toMatch(/^1 - .*unanswered.*\[30d].*\[30d]/s);
    expect(exprOf('Errors')).toMatch(/unanswered.*\[1h].*\[1h]/s);
    expect(exprOf('Over 500 ms')).toMatch(
      /^1 - .*duration_bucket\{[^}]*"answered",le="0\.5"}\[10m].*duration_count\{.*"answered"}\[10m]/s,
    );
    expect(exprOf('2nd retries')).toMatch(/retry_attempt="2"}\[5m]/);
    expect(exprOf('Recovered')).toMatch(/"success_after_retry"}\[15m].*\|exhausted"}\[15m]/s);
    expect(exprOf('Timed out')).toMatch(/timeout_result="timed_out"}\[10m]/);
    expect(exprOf('Bulkhead')).toMatch(/bulkhead_result="rejected"}\[10m]/);
    expect(exprOf('Fallback')).toMatch(/fallback_result="used"}\[10m]/);
  });

  it('has one row per job and policy', () => {
    expect(transformations.map(({ id }) => id)).toEqual(['merge', 'organize']);
    expect(transformations[1]?.options).toMatchObject({
      excludeByName: { Time: true },
      indexByName: { resilience_policy_name: 0, job: 1, 'Value #A': 2 },
      renameByName: { resilience_policy_name: 'Policy', job: 'Job' },
    });
    for (const { expr } of targets) {
      // histogram_quantile removes the bucket bounds.
      const labels = parseQuery(expr).selections.map(({ grouping }) =>
        grouping.filter((label) => label !== 'le').slice(-2),
      );
      for (const grouping of labels) expect(grouping).toEqual(['job', 'resilience_policy_name']);
    }
  });

  it('uses instant queries in table format', () => {
    for (const target of targets) {
      expect(target).toMatchObject({ instant: true, range: false, format: 'table' });
    }
  });

  it('has a unit in every column, and a dash for missing values', () => {
    for (const { unit, noValue } of Object.values(columns)) {
      expect(unit).toMatch(/^(percentunit|none|s)$/);
      expect(noValue).toBe('–');
    }
  });

  it('has no share if there are no calls', () => {
    const shares = Object.values(columns).filter(({ expr }) => /\n?\/ /.test(expr));
    expect(shares.length).toBeGreaterThan(5);
    for (const { expr } of shares) expect(expr).toMatch(/\/ \((sum|max).+ > 0\)/s);
  });

  it('uses the limits of the option `thresholds`', () => {
    const thresholds = { 'timeouts.ratio': 0.25 };
    const changed = scorecardOf(dashboardsIn(generate({ thresholds })));
    expect(JSON.stringify(changed.fieldConfig)).toContain('{"value":0.25,"color":"dark-red"}');
  });
});
