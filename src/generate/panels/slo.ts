import { Number as Count, PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import { BUDGET_SECONDS, BURN_RATES } from '../../thresholds.ts';
import { recorded } from '../alerts/recordings.ts';
import { percent } from '../percent.ts';
import type { Queries } from '../queries.ts';
import { recordedRatio } from './ask.ts';
import { type Graph, NOT_RECORDED } from './panel.ts';

/** Executions that got no answer, and all that count, as recorded. */
export function answersRecorded(queries: Queries): [part: string, whole: string] {
  return [recorded.unanswered(queries), recorded.executions(queries)];
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

export function budgetLeft(queries: Queries): Graph {
  const days = queries.time(BUDGET_SECONDS);
  const spent = recordedRatio(queries, answersRecorded(queries), queries.policy, days);
  return {
    kind: 'stat',
    title: `Error budget left, ${days}`,
    description:
      `What is left of the ${percent(budget(queries))} of calls that may go without an answer, for the ` +
      'policy that has least. At 0 % it is spent; -100 % is twice the budget, or more.',
    noData: NOT_RECORDED,
    unit: PercentUnit,
    decimals: 1,
    queries: [{ expr: `clamp_min(min(1 - ${spent} / ${budget(queries)}), -1)` }],
    limit: { value: 0, bad: 'below' },
  };
}

/** One panel for each pair of windows: the long one shows that it matters, the short one that it goes on. */
export const BURNS = BURN_RATES.map(
  ({ burn, longSeconds, shortSeconds, severity }) =>
    (queries: Queries): Graph => {
      const windows = [longSeconds, shortSeconds];
      const [long, short] = windows.map((seconds) => queries.time(seconds));
      return {
        kind: 'lines',
        title: `Burn rate, ${long} and ${short}`,
        description:
          `How many times faster than in 30 days the error budget is spent. Both above ${burn}, and ` +
          `ResilienceErrorBudgetBurn fires (${severity}); the short one falls first when it is over.`,
        noData: NOT_RECORDED,
        unit: Count,
        queries: windows.map((seconds) => ({
          expr:
            `max(${recordedRatio(queries, answersRecorded(queries), queries.policy, queries.time(seconds))}) ` +
            `/ ${budget(queries)}`,
          legend: queries.time(seconds),
        })),
        limit: { value: burn, bad: 'above' },
      };
    },
);
