import { OpsPerSecond, PercentUnit, Seconds } from '@grafana/grafana-foundation-sdk/units';
import { ATTR_OUTCOME, ATTR_POLICY_NAME, type Outcome } from '../../semconv/attributes.ts';
import { EXECUTION_DURATION, EXECUTIONS } from '../../semconv/metrics.ts';
import { isOneOf, LE, type Queries } from '../queries.ts';
import { NO_CALLS, type Panel } from './panel.ts';

export function byOutcome(queries: Queries): Panel {
  return {
    kind: 'stack',
    title: 'Executions by outcome',
    description:
      'What callers got: an answer (success), a stand-in for it (fallback), or none: the call failed, ' +
      'was rejected before it was made, or timed out. Cancelled is what callers gave up themselves.',
    noData: NO_CALLS,
    unit: OpsPerSecond,
    query: `sum ${queries.by([ATTR_OUTCOME])} (${queries.rate(EXECUTIONS)})`,
    legend: queries.legend(ATTR_OUTCOME),
  };
}

export function withoutAnswer(queries: Queries): Panel {
  const by = queries.by([ATTR_POLICY_NAME]);
  const bad = isOneOf<Outcome>(ATTR_OUTCOME, ['failure', 'rejected', 'timed_out']);
  return {
    kind: 'lines',
    title: 'Executions without an answer',
    description:
      'Share of executions whose caller got neither an answer nor a fallback: failed, rejected or ' +
      'timed out. The line is the documented limit.',
    noData: NO_CALLS,
    unit: PercentUnit,
    query: `sum ${by} (${queries.rate(EXECUTIONS, [bad])}) / sum ${by} (${queries.rate(EXECUTIONS)})`,
    legend: queries.legend(ATTR_POLICY_NAME),
    limit: { value: queries.limits.errors.ratio, bad: 'above' },
  };
}

export function slowest(queries: Queries): Panel {
  const by = queries.by([ATTR_POLICY_NAME, LE]);
  const { quantile, seconds } = queries.limits.latency;
  return {
    kind: 'lines',
    title: `Duration of executions, p${quantile * 100}`,
    description:
      'One in twenty executions took longer, with all their retries, waits and fallbacks. The line is ' +
      'the documented limit. Slow is often the first sign of a dependency that is about to fail.',
    noData: `${NO_CALLS} Durations can also be switched off where a policy is instrumented.`,
    unit: Seconds,
    query: `histogram_quantile(${quantile}, sum ${by} (${queries.rate(EXECUTION_DURATION, [], 'bucket')}))`,
    legend: queries.legend(ATTR_POLICY_NAME),
    limit: { value: queries.seconds(seconds), bad: 'above' },
  };
}
