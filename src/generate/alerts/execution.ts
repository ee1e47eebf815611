import { ATTR_OUTCOME, ATTR_POLICY_NAME } from '../../semconv/attributes.ts';
import { EXECUTION_DURATION, EXECUTIONS } from '../../semconv/metrics.ts';
import type { Matcher } from '../../semconv/prometheus.ts';
import { BURN_RATES } from '../../thresholds.ts';
import { percent } from '../percent.ts';
import type { Queries } from '../queries.ts';
import { gainedFromFirst } from './counted.ts';
import { errorRatio, RECORDED, total } from './recorded.ts';
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
  const by = queries.policy;
  const gained = (part: 'count' | 'bucket', ...matchers: Matcher[]) =>
    gainedFromFirst(queries, EXECUTION_DURATION, windowSeconds, {
      by,
      matchers,
      part,
      // Every outcome is counted from zero on, and has durations from its first on.
      witness: { series: queries.of(EXECUTIONS), on: [...queries.replica, ATTR_OUTCOME] },
    });
  const all = gained('count');
  const fast = gained('bucket', queries.atMost(seconds));
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceLatencyP95High',
    severity: 'warning',
    about: 'policy',
    expr: `
${fast}
/ (${all} >= ${atLeast})
< ${quantile}`.trim(),
    summary: `{{ ${policy} }} is slow.`,
    description:
      `Only {{ $value | humanizePercentage }} of the executions of {{ ${policy} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) took no longer than ${seconds * 1000} ms in the ` +
      `last ${queries.window(windowSeconds)} (limit ${percent(quantile)}).`,
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
