import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_METRIC_OVERFLOW,
  ATTR_POLICY_NAME,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import { CIRCUIT_BREAKER_STATE, TELEMETRY_ERRORS } from '../../semconv/metrics.ts';
import { equals, type Queries } from '../promql/queries.ts';
import type { Alert } from './types.ts';

/** Silence is not health: these fire when the others can not. */
export function alerts(queries: Queries): Alert[] {
  return [absent(queries), overflow(queries), errors(queries)];
}

/** About a job: replicas come and go. Ends by itself an hour after the job. */
function absent(queries: Queries): Alert {
  const { windowSeconds, forSeconds } = queries.limits.metricsAbsent;
  const { service } = queries.grouping;
  // One of four series that are always there together.
  const state = queries.selector(CIRCUIT_BREAKER_STATE, [
    equals<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed'),
  ]);
  const then = `[${queries.window(windowSeconds / 12)}] offset ${queries.time(windowSeconds)}`;
  const job = queries.labelTemplate(queries.job);
  return {
    name: 'ResilienceMetricsAbsent',
    severity: 'warning',
    subject: 'job',
    expr: `
group by (${service}) (last_over_time(${state}${then}))
unless
group by (${service}) (${state})`.trim(),
    forSeconds,
    summary: `${job} has no circuit breaker metrics any more.`,
    description:
      `No replica reports a circuit breaker for ${queries.time(forSeconds)} (${queries.serviceTemplate}); ` +
      `${queries.time(windowSeconds)} ago there were some`,
    advice: 'No other alert of this pack can fire for it.',
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
    summary: `${queries.labelTemplate(queries.job)} has more policies than its SDK keeps apart.`,
    description:
      '{{ printf "%.0f" $value }} series hold all that is beyond the cardinality limit of the ' +
      `OpenTelemetry SDK (${queries.serviceTemplate})`,
    limit: '0',
    advice: 'Policies are missing in dashboards and alerts.',
  };
}

function errors(queries: Queries): Alert {
  const { count, windowSeconds } = queries.limits.telemetryErrors;
  const { policy } = queries.grouping;
  const faults = queries.selector(TELEMETRY_ERRORS);
  const window = queries.window(windowSeconds);
  const name = queries.labelTemplate(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceTelemetryErrors',
    severity: 'warning',
    subject: 'policy',
    expr: `sum by (${policy}) (increase(${faults}[${window}])) >= ${count}`,
    summary: `The instrumentation of ${name} has faults.`,
    description:
      `Faults of the instrumentation of ${name}, or of a hook given to it (${queries.serviceTemplate}), in ` +
      `the last ${window}: {{ printf "%.0f" $value }}`,
    limit: `${count}`,
    advice: 'Calls are not affected, but their metrics may be wrong.',
  };
}
