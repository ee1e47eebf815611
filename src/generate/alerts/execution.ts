import { ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import { BURN_RATES } from '../../thresholds.ts';
import { percent } from '../percent.ts';
import type { Queries } from '../queries.ts';
import { errorRatio, ofRecorded, RECORDED, total } from './recorded.ts';
import type { Alert } from './rule.ts';

export function alerts(queries: Queries): Alert[] {
  return [
    latencyHigh(queries),
    errorBudgetBurn(queries, 'critical'),
    errorBudgetBurn(queries, 'warning'),
  ];
}

/** The share of what was slower, not a guess of the percentile between two buckets' bounds. */
function latencyHigh(queries: Queries): Alert {
  const { seconds, quantile, windowSeconds, atLeast } = queries.limits.latency;
  const window = queries.window(ofRecorded(windowSeconds));
  const gained = (recorded: string) =>
    `sum ${queries.by(queries.policy)} (increase(${recorded}[${window}]))`;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceLatencyP95High',
    severity: 'warning',
    about: 'policy',
    expr: `
${gained(RECORDED.fast)}
  / (${gained(RECORDED.timed)} >= ${atLeast})
  < ${quantile}`.trim(),
    summary: `{{ ${policy} }} is slow.`,
    description:
      `Only {{ $value | humanizePercentage }} of the executions of {{ ${policy} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) took no longer than ${seconds * 1000} ms in the ` +
      `last ${window} (limit ${percent(quantile)}).`,
  };
}

/** A single failure in a quiet hour burns at any rate: so many it takes to speak of burning. */
function errorBudgetBurn(queries: Queries, severity: 'critical' | 'warning'): Alert {
  const budget = Number((1 - queries.limits.availability.ratio).toPrecision(12));
  const { atLeast } = queries.limits.budgetBurn;
  const rates = BURN_RATES.filter((rate) => rate.severity === severity);
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  const conditions = rates.map(({ burn, longSeconds, shortSeconds }) => {
    const ratio = Number((burn * budget).toPrecision(12));
    return `
(
  ${errorRatio(longSeconds)} > ${ratio}
  and ${errorRatio(shortSeconds)} > ${ratio}
  and (
    ${total(queries, RECORDED.unanswered, longSeconds)} >= ${atLeast}
    or ${RECORDED.unanswered} >= ${atLeast}
  )
)`.trim();
  });
  const windows = rates.map(
    ({ burn, longSeconds }) => `${percent(burn * budget)} in ${queries.time(longSeconds)}`,
  );
  return {
    name: 'ResilienceErrorBudgetBurn',
    severity,
    about: 'policy',
    expr: conditions.join('\nor\n'),
    summary: `{{ ${policy} }} burns its error budget.`,
    description:
      `{{ $value | humanizePercentage }} of the executions of {{ ${policy} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) got no answer (limit ${windows.join(', ')}; ` +
      `${percent(budget)} is the budget of 30 days).`,
  };
}
