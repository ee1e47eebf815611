import { PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import { BUDGET_SECONDS, BURN_RATES } from '../../presets/thresholds.ts';
import { recordedSeries } from '../alerts/recording-rules.ts';
import { toPercent } from '../promql/percent.ts';
import type { Queries } from '../promql/queries.ts';
import { recordedRatio } from './targets.ts';
import { type Graph, NOT_RECORDED } from './types.ts';

/** The recorded series of unanswered executions, and of all. */
export function recordedExecutions(queries: Queries): [part: string, whole: string] {
  return [recordedSeries.unanswered(queries), recordedSeries.executions(queries)];
}

/** The share of executions that may be unanswered. */
export function errorBudget(queries: Queries): number {
  return Number((1 - queries.limits.availability.ratio).toPrecision(12));
}

export function answeredShare(queries: Queries): Graph {
  return {
    kind: 'stat',
    title: 'Share of answered calls',
    description:
      'Calls in the selected time that ended with a result, retries and fallbacks included: what callers ' +
      'experience. Red: below the availability objective.',
    noData: NOT_RECORDED,
    unit: PercentUnit,
    decimals: 3,
    queries: [
      { expr: `1 - ${recordedRatio(queries, recordedExecutions(queries), [], '$__range')}` },
    ],
    limit: { value: queries.limits.availability.ratio, bad: 'below' },
  };
}

/** A note about the retention that the window of the error budget requires. */
export function retentionNote(queries: Queries): string {
  return (
    `By default, Prometheus keeps 15d: set \`--storage.tsdb.retention.time\` to ` +
    `${queries.time(BUDGET_SECONDS)} or more, or the window is shorter.`
  );
}

function budgetStat(
  queries: Queries,
  title: string,
  { scope, by }: { readonly scope: string; readonly by: readonly string[] },
): Graph {
  const days = queries.time(BUDGET_SECONDS);
  const spent = recordedRatio(queries, recordedExecutions(queries), by, days);
  const left = `1 - ${spent} / ${errorBudget(queries)}`;
  return {
    kind: 'stat',
    title: `${title}, ${days}`,
    description:
      `The rest of the error budget, which is ${toPercent(errorBudget(queries))} of calls, ${scope}. At 0 % ` +
      `it is spent; -100 % means twice the budget or more. ${retentionNote(queries)}`,
    noData: NOT_RECORDED,
    unit: PercentUnit,
    decimals: 1,
    queries: [{ expr: `clamp_min(${by.length > 0 ? `min(${left})` : left}, -1)` }],
    limit: { value: 0, bad: 'below' },
  };
}

export function lowestBudgetLeft(queries: Queries): Graph {
  return budgetStat(queries, 'Lowest error budget left', {
    scope: 'for the policy with the least',
    by: queries.policy,
  });
}

export function budgetLeft(queries: Queries): Graph {
  return budgetStat(queries, 'Error budget left', { scope: 'in the selected services', by: [] });
}

/** The lower of the two windows decides, because an alert requires both. */
export function budgetBurn(queries: Queries): Graph {
  const pairs = BURN_RATES.map(({ burn: rate, longSeconds, shortSeconds, severity }) => {
    const [long = '', short = ''] = [longSeconds, shortSeconds].map((seconds) =>
      queries.time(seconds),
    );
    const burnRate = (window: string) =>
      recordedRatio(queries, recordedExecutions(queries), queries.policy, window);
    const limit = Number((rate * errorBudget(queries)).toPrecision(12));
    return {
      expr: `max(\n  ${burnRate(long)}\n  < ${burnRate(short)}\n  or ${burnRate(short)}\n) / ${limit}`,
      legend: `${long} and ${short}: ${rate} times (${severity})`,
    };
  });
  return {
    kind: 'lines',
    title: 'Error budget burn rate, relative to the alert limit',
    description:
      'Burn rate in each pair of windows of ResilienceErrorBudgetBurn, which fires at 100 %. The legend ' +
      `has the limit as a multiple of the rate that spends the budget in ${queries.time(BUDGET_SECONDS)}. ` +
      retentionNote(queries),
    noData: NOT_RECORDED,
    unit: PercentUnit,
    queries: pairs,
    limit: { value: 1, bad: 'above' },
  };
}
