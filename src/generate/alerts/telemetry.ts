import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_METRIC_OVERFLOW,
  ATTR_POLICY_NAME,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import { CIRCUIT_BREAKER_STATE, TELEMETRY_ERRORS } from '../../semconv/metrics.ts';
import { equals, type Queries } from '../promql/queries.ts';
import type { Alert } from './types.ts';

/** These fire when metrics are missing or wrong, so that no other alert can fire. */
export function alerts(queries: Queries): Alert[] {
  return [absent(queries), overflow(queries), errors(queries)];
}

/** About a job, because replicas come and go. Resolves an hour after the last metrics of the job. */
function absent(queries: Queries): Alert {
  const { windowSeconds, forSeconds } = queries.limits.metricsAbsent;
  const { service } = queries.grouping;
  // A breaker has a series for each state; one of them is enough.
  const state = queries.selector(CIRCUIT_BREAKER_STATE, [
    equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed'),
  ]);
  const before = `[${queries.window(windowSeconds / 12)}] offset ${queries.time(windowSeconds)}`;
  const job = queries.labelTemplate(queries.job);
  return {
    name: 'ResilienceMetricsAbsent',
    severity: 'warning',
    subject: 'job',
    expr: `
group by (${service}) (last_over_time(${state}${before}))
unless
group by (${service}) (${state})`.trim(),
    forSeconds,
    summary: `${job} no longer reports circuit breaker metrics.`,
    description:
      `No replica of this service (${queries.serviceTemplate}) has reported a circuit breaker for ` +
      `${queries.time(forSeconds)}; ${queries.time(windowSeconds)} ago at least one did`,
    advice: 'No other resilience alert can fire for this service.',
  };
}

function overflow(queries: Queries): Alert {
  const { service } = queries.grouping;
  const series = queries.selectorOfAll([equals(ATTR_METRIC_OVERFLOW, 'true')]);
  return {
    name: 'ResilienceMetricsOverflow',
    severity: 'warning',
    subject: 'job',
    expr: `count by (${service}) (${series}) > 0`,
    summary: `${queries.labelTemplate(queries.job)} has more series than its OpenTelemetry SDK allows.`,
    description:
      `The OpenTelemetry SDK of this service (${queries.serviceTemplate}) merged series beyond its ` +
      'cardinality limit into {{ printf "%.0f" $value }} overflow series',
    limit: '0',
    advice: 'Dashboards and alerts miss the policies of the merged series.',
  };
}

function errors(queries: Queries): Alert {
  const { count, windowSeconds } = queries.limits.telemetryErrors;
  const { policy } = queries.grouping;
  const errorCount = queries.selector(TELEMETRY_ERRORS);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceTelemetryErrors',
    severity: 'warning',
    subject: 'policy',
    expr: `sum by (${policy}) (increase(${errorCount}[${window}])) >= ${count}`,
    summary: `The instrumentation of ${name} reports errors.`,
    description:
      `Errors of the instrumentation of ${name} (${queries.serviceTemplate}), or of its hooks, in the ` +
      `last ${window}: {{ printf "%.0f" $value }}`,
    limit: `${count}`,
    advice: 'Calls are not affected, but their metrics may be wrong.',
  };
}
