import { BURN_RATES } from '../../presets/thresholds.ts';
import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_POLICY_NAME,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import { CIRCUIT_BREAKER_STATE, EXECUTIONS } from '../../semconv/metrics.ts';
import { toPercent } from '../promql/percent.ts';
import { equals, type Queries } from '../promql/queries.ts';
import { ANSWERED, recordedSeries, UNANSWERED } from './recording-rules.ts';
import type { Alert } from './types.ts';

type Rate = (typeof BURN_RATES)[number];

const [FASTEST, ...SLOWER] = BURN_RATES;

/**
 * The rate that spends the budget in two days.
 *
 * Shares are written as `1 / (1 + answered / failed)` instead of `failed / all`: Prometheus pays for
 * each series that a rule selects, and `all` selects the failed ones again.
 */
export const fast = {
  alerts: (queries: Queries): Alert[] => [pagingBurn(queries, FASTEST)],
};

/** The rates with windows of hours and days. */
export const slow = {
  alerts: (queries: Queries): Alert[] =>
    SLOWER.map((rate) =>
      rate.severity === 'critical' ? pagingBurn(queries, rate) : ticketBurn(queries, rate),
    ),
};

/** Pages, so it reads raw series and depends on no recording rule. */
function pagingBurn(queries: Queries, rate: Rate): Alert {
  const { policy, replica } = queries.grouping;
  const answered = queries.selector(EXECUTIONS, [ANSWERED]);
  const failed = queries.selector(EXECUTIONS, [UNANSWERED]);
  const isolated = queries.selector(CIRCUIT_BREAKER_STATE, [
    equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'isolated'),
  ]);
  const limit = limitOf(queries, rate);
  const { long: longFloor, short: shortFloor } = floorsOf(queries, rate);
  const long = queries.time(rate.longSeconds);
  const short = queries.window(rate.shortSeconds);
  return {
    ...burn(queries, rate),
    expr: `
# The share of executions that ended with an error, as 1 / (1 + answered / failed).
1 / (1 +
  sum by (${policy}) (increase(${answered}[${long}]))
    / (sum by (${policy}) (increase(${failed}[${long}])) >= ${longFloor})
) > ${limit}
and on (${policy})
1 / (1 +
  sum by (${policy}) (increase(${answered}[${short}]))
    / (
      sum by (${policy}) (
        increase(${failed}[${short}])
        # Calls that an isolated circuit rejects do not count against the budget.
        unless on (${replica}) max_over_time(${isolated}[${short}]) > 0
      ) >= ${shortFloor}
    )
) > ${limit}`.trim(),
    ...(rate === FASTEST ? { keepFiringSeconds: 300 } : {}),
  };
}

/** Reads recorded series, because raw series of days would cost too much. */
function ticketBurn(queries: Queries, rate: Rate): Alert {
  const { policy } = queries.grouping;
  const { long: longFloor, short: shortFloor } = floorsOf(queries, rate);
  const counted = recordedSeries.executions(queries);
  const failed = recordedSeries.unanswered(queries);
  const limit = limitOf(queries, rate);
  const step = queries.time(300);
  const long = `${queries.time(rate.longSeconds)}:${step}`;
  const short = `${queries.time(rate.shortSeconds)}:${step}`;
  return {
    ...burn(queries, rate),
    expr: `
(sum by (${policy}) (sum_over_time(${failed}[${long}])) >= ${longFloor})
  / sum by (${policy}) (sum_over_time(${counted}[${long}]))
  > ${limit}
and on (${policy})
(sum by (${policy}) (sum_over_time(${failed}[${short}])) >= ${shortFloor})
  / sum by (${policy}) (sum_over_time(${counted}[${short}]))
  > ${limit}`.trim(),
  };
}

/** Failed executions in the long and in the short window, at least. */
function floorsOf(queries: Queries, rate: Rate): { long: number; short: number } {
  const { budgetBurn, slowBudgetBurn } = queries.limits;
  const long = rate === FASTEST ? budgetBurn.atLeast : slowBudgetBurn.atLeast;
  return { long, short: budgetBurn.atLeast };
}

function limitOf(queries: Queries, { burn }: Rate): number {
  return Number((burn * (1 - queries.limits.availability.ratio)).toPrecision(12));
}

function burn(queries: Queries, rate: Rate): Omit<Alert, 'expr'> {
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  const [long, short] = [rate.longSeconds, rate.shortSeconds].map((seconds) =>
    queries.time(seconds),
  );
  const budget = Number((1 - queries.limits.availability.ratio).toPrecision(12));
  return {
    name: 'ResilienceErrorBudgetBurn',
    severity: rate.severity,
    labels: { long: long ?? '', short: short ?? '' },
    subject: 'policy',
    forSeconds: rate.forSeconds,
    summary: `${name} burns its error budget.`,
    description:
      `{{ $value | humanizePercentage }} of the executions of ${name} (${queries.serviceTemplate}) ended ` +
      `with an error in the last ${long}`,
    limit:
      rate.burn === 1
        ? `${toPercent(budget)}, the budget`
        : `${toPercent(limitOf(queries, rate))}, ${rate.burn} times the budget of ${toPercent(budget)}`,
  };
}
