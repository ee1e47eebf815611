import { BURN_RATES } from '../../presets/thresholds.ts';
import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_EXECUTION_RESULT,
  ATTR_OUTCOME,
  ATTR_POLICY_NAME,
  type CircuitBreakerState,
  type ExecutionResult,
  type Outcome,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_STATE,
  EXECUTION_ACTIVE,
  EXECUTION_DURATION,
  EXECUTIONS,
} from '../../semconv/metrics.ts';
import { toPercent } from '../promql/percent.ts';
import { equals, LE, oneOf, type Queries } from '../promql/queries.ts';
import { COUNTED, recordedSeries, UNANSWERED } from './recording-rules.ts';
import type { Alert } from './types.ts';

export function alerts(queries: Queries): Alert[] {
  return [
    latencyHigh(queries),
    stuck(queries),
    ...BURN_RATES.map((rate, index) =>
      index === 0 ? fastBudgetBurn(queries, rate) : slowBudgetBurn(queries, rate),
    ),
  ];
}

function latencyHigh(queries: Queries): Alert {
  const { latency, latencyTraffic } = queries.limits;
  const { policy } = queries.grouping;
  // Rejected calls are fast, and aborted calls show no latency of the dependency.
  const answered = equals<ExecutionResult>(ATTR_EXECUTION_RESULT, 'answered');
  const durations = queries.selector(EXECUTION_DURATION, [answered]);
  const buckets = queries.selector(EXECUTION_DURATION, [answered], 'bucket');
  const count = queries.selector(EXECUTION_DURATION, [answered], 'count');
  const window = queries.window(latency.windowSeconds);
  const longer = queries.window(latencyTraffic.windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceLatencyP95High',
    severity: 'warning',
    subject: 'policy',
    expr: (queries.settings.histograms === 'native'
      ? `
histogram_quantile(${latency.quantile}, sum by (${policy}) (rate(${durations}[${window}])))
  > ${latency.seconds}
and on (${policy})
  histogram_count(sum by (${policy}) (increase(${durations}[${window}]))) >= ${latency.atLeast}
and on (${policy})
  histogram_count(sum by (${policy}) (increase(${durations}[${longer}]))) >= ${latencyTraffic.atLeast}`
      : `
histogram_quantile(${latency.quantile}, sum by (${LE}, ${policy}) (rate(${buckets}[${window}])))
  > ${latency.seconds}
and on (${policy})
  sum by (${policy}) (increase(${count}[${window}])) >= ${latency.atLeast}
and on (${policy})
  sum by (${policy}) (increase(${count}[${longer}])) >= ${latencyTraffic.atLeast}`
    ).trim(),
    summary: `${name} is slow.`,
    description:
      `${toPercent(1 - latency.quantile)} of the executions of ${name} (${queries.serviceTemplate}) took ` +
      `{{ $value | humanizeDuration }} or longer in the last ${window}`,
    limit: `${latency.seconds * 1000} ms`,
  };
}

/** A dependency hangs and no timeout is set: executions start, and none settles. */
function stuck(queries: Queries): Alert {
  const { atLeast, windowSeconds, forSeconds } = queries.limits.executionsStuck;
  const { policy, replica } = queries.grouping;
  const active = queries.selector(EXECUTION_ACTIVE);
  const settled = queries.selector(EXECUTIONS, [
    oneOf<Outcome>(ATTR_OUTCOME, ['success', 'fallback', 'failure', 'timed_out']),
  ]);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceExecutionsStuck',
    severity: 'warning',
    subject: 'policy',
    expr: `
sum by (${policy}) (
  delta(${active}[${window}])
  # Except on replicas where an execution settled.
  unless on (${replica}) increase(${settled}[${window}]) > 0
) >= ${atLeast}`.trim(),
    forSeconds,
    summary: `Executions of ${name} hang.`,
    description:
      `{{ printf "%.0f" $value }} executions of ${name} (${queries.serviceTemplate}) started in the last ` +
      `${window}, on replicas where none settled`,
    limit: `${atLeast}`,
    advice: 'Check that the policy has a timeout.',
  };
}

type Rate = (typeof BURN_RATES)[number];

/** The fastest rate pages first, so it reads raw series and depends on no recording rule. */
function fastBudgetBurn(queries: Queries, rate: Rate): Alert {
  const { budgetBurn } = queries.limits;
  const { policy, replica } = queries.grouping;
  const counted = queries.selector(EXECUTIONS, [COUNTED]);
  const unanswered = queries.selector(EXECUTIONS, [UNANSWERED]);
  const isolated = queries.selector(CIRCUIT_BREAKER_STATE, [
    equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'isolated'),
  ]);
  const limit = limitOf(queries, rate);
  const long = queries.time(rate.longSeconds);
  const short = queries.window(rate.shortSeconds);
  return {
    ...burn(queries, rate),
    expr: `
(sum by (${policy}) (increase(${unanswered}[${long}])) >= ${budgetBurn.atLeast})
  / sum by (${policy}) (increase(${counted}[${long}]))
  > ${limit}
and on (${policy})
(
  sum by (${policy}) (
    increase(${unanswered}[${short}])
    # Calls that an isolated circuit rejects do not count against the budget.
    unless on (${replica}) max_over_time(${isolated}[${short}]) > 0
  ) >= ${budgetBurn.atLeast}
)
  / sum by (${policy}) (increase(${counted}[${short}]))
  > ${limit}`.trim(),
    keepFiringSeconds: 300,
  };
}

/** The slower rates read recorded series, because raw series of hours and days would cost too much. */
function slowBudgetBurn(queries: Queries, rate: Rate): Alert {
  const { budgetBurn, slowBudgetBurn } = queries.limits;
  const { policy } = queries.grouping;
  const counted = recordedSeries.executions(queries);
  const unanswered = recordedSeries.unanswered(queries);
  const limit = limitOf(queries, rate);
  const step = queries.time(300);
  const long = `${queries.time(rate.longSeconds)}:${step}`;
  const short = `${queries.time(rate.shortSeconds)}:${step}`;
  return {
    ...burn(queries, rate),
    expr: `
(sum by (${policy}) (sum_over_time(${unanswered}[${long}])) >= ${slowBudgetBurn.atLeast})
  / sum by (${policy}) (sum_over_time(${counted}[${long}]))
  > ${limit}
and on (${policy})
(sum by (${policy}) (sum_over_time(${unanswered}[${short}])) >= ${budgetBurn.atLeast})
  / sum by (${policy}) (sum_over_time(${counted}[${short}]))
  > ${limit}`.trim(),
  };
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
    limit: `${toPercent(limitOf(queries, rate))}, ${rate.burn} times the budget of ${toPercent(budget)}`,
  };
}
