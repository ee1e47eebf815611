import {
  ATTR_EXECUTION_RESULT,
  ATTR_OUTCOME,
  ATTR_POLICY_NAME,
  type ExecutionResult,
  type Outcome,
} from '../../semconv/attributes.ts';
import { EXECUTION_ACTIVE, EXECUTION_DURATION, EXECUTIONS } from '../../semconv/metrics.ts';
import { toPercent } from '../promql/percent.ts';
import { equals, LE, oneOf, type Queries } from '../promql/queries.ts';
import type { Alert } from './types.ts';

export function alerts(queries: Queries): Alert[] {
  return [latencyHigh(queries), stuck(queries)];
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
