import { PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import { BUDGET_SECONDS, BURN_RATES } from '../../presets/thresholds.ts';
import { recordedSeries } from '../alerts/recording-rules.ts';
import { toPercent } from '../promql/percent.ts';
import type { Queries } from '../promql/queries.ts';
import { recordedRatio } from './targets.ts';
import { type Graph, NOT_RECORDED } from './types.ts';

/** Executions that got no answer, and all that count, as recorded. */
export function answersRecorded(queries: Queries): [part: string, whole: string] {
  return [recordedSeries.unanswered(queries), recordedSeries.executions(queries)];
}

/** The share of executions that may get no answer. */
export function budget(queries: Queries): number {
  return Number((1 - queries.limits.availability.ratio).toPrecision(12));
}

export function answered(queries: Queries): Graph {
  return {
    kind: 'stat',
    title: 'Success after resilience',
    description:
      'Share of the calls in the time shown whose callers got an answer, be it after a retry or from a ' +
      'fallback: what users feel. Red is below the documented availability.',
    noData: NOT_RECORDED,
    unit: PercentUnit,
    decimals: 3,
    queries: [{ expr: `1 - ${recordedRatio(queries, answersRecorded(queries), [], '$__range')}` }],
    limit: { value: queries.limits.availability.ratio, bad: 'below' },
  };
}

/** What a window of the error budget needs. */
export function retention(queries: Queries): string {
  return (
    `Prometheus keeps 15d unless \`--storage.tsdb.retention.time\` says ${queries.time(BUDGET_SECONDS)} ` +
    'or more; with less the window is as long as what it keeps.'
  );
}

function budgetOf(
  queries: Queries,
  title: string,
  { of, by }: { readonly of: string; readonly by: readonly string[] },
): Graph {
  const days = queries.time(BUDGET_SECONDS);
  const spent = recordedRatio(queries, answersRecorded(queries), by, days);
  const left = `1 - ${spent} / ${budget(queries)}`;
  return {
    kind: 'stat',
    title: `${title}, ${days}`,
    description:
      `What is left of the ${toPercent(budget(queries))} of calls that may go without an answer, ${of}. ` +
      `At 0 % it is spent; -100 % is twice the budget, or more. ${retention(queries)}`,
    noData: NOT_RECORDED,
    unit: PercentUnit,
    decimals: 1,
    queries: [{ expr: `clamp_min(${by.length > 0 ? `min(${left})` : left}, -1)` }],
    limit: { value: 0, bad: 'below' },
  };
}

export function leastBudgetLeft(queries: Queries): Graph {
  return budgetOf(queries, 'Least error budget left', {
    of: 'for the policy that has least',
    by: queries.policy,
  });
}

export function budgetLeft(queries: Queries): Graph {
  return budgetOf(queries, 'Error budget left', { of: 'in all services that are chosen', by: [] });
}

/** Both windows of a pair are above a rate where the lower of them is. */
export function burn(queries: Queries): Graph {
  const pairs = BURN_RATES.map(({ burn: rate, longSeconds, shortSeconds, severity }) => {
    const [long = '', short = ''] = [longSeconds, shortSeconds].map((seconds) =>
      queries.time(seconds),
    );
    const burned = (window: string) =>
      recordedRatio(queries, answersRecorded(queries), queries.policy, window);
    const limit = Number((rate * budget(queries)).toPrecision(12));
    return {
      expr: `max(\n  ${burned(long)}\n  < ${burned(short)}\n  or ${burned(short)}\n) / ${limit}`,
      legend: `${long} and ${short}: ${rate} times (${severity})`,
    };
  });
  return {
    kind: 'lines',
    title: 'Error budget burn, as a share of what fires an alert',
    description:
      'How fast the error budget is spent, in each pair of windows that ResilienceErrorBudgetBurn ' +
      'watches: the alert of a pair fires at 100 %. The legend says how many times the rate at which ' +
      `the budget would last ${queries.time(BUDGET_SECONDS)} that is. ${retention(queries)}`,
    noData: NOT_RECORDED,
    unit: PercentUnit,
    queries: pairs,
    limit: { value: 1, bad: 'above' },
  };
}
