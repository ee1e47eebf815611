import {
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_METRIC_OVERFLOW,
  ATTR_POLICY_NAME,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import {
  CIRCUIT_BREAKER_STATE,
  CIRCUIT_BREAKER_TIME,
  TELEMETRY_ERRORS,
} from '../../semconv/metrics.ts';
import { selectorOfAll } from '../../semconv/prometheus.ts';
import { percent } from '../percent.ts';
import { is, type Queries } from '../queries.ts';
import { counted } from './counted.ts';
import { RECORDED } from './recorded.ts';
import type { Alert } from './rule.ts';
import { withSampleBefore } from './samples.ts';

/** Silence is not health: these tell when the others can't. */
export function alerts(queries: Queries): Alert[] {
  return [absent(queries), clockStopped(queries), overflow(queries), errors(queries)];
}

/** Of a job, not of a replica: those come and go. Ends by itself when nobody remembers the job. */
function absent(queries: Queries): Alert {
  const { windowSeconds, forSeconds } = queries.limits.metricsAbsent;
  // Of four series that are always there together, one.
  const state = queries.of(CIRCUIT_BREAKER_STATE, [
    is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed'),
  ]);
  // An hour ago a scrape may have been missed.
  const then = `${state}[${queries.window(windowSeconds / 12)}] offset ${queries.time(windowSeconds)}`;
  const job = queries.labelValue(queries.job);
  return {
    name: 'ResilienceMetricsAbsent',
    severity: 'warning',
    about: 'job',
    expr: `
group ${queries.by([queries.job])} (last_over_time(${then}))
unless group ${queries.by([queries.job])} (${state})`.trim(),
    forSeconds,
    summary: `{{ ${job} }} has no circuit breaker metrics any more.`,
    description:
      `No replica of {{ ${job} }} reports a circuit breaker for ${queries.time(forSeconds)}; ` +
      `${queries.time(windowSeconds)} ago there were some. No other alert of this pack can speak for it.`,
  };
}

/**
 * By the times of the samples themselves, not by `rate()`, which guesses at the edges of its window,
 * and guesses wrong of a replica whose pushes have ended. Only where as many breakers were there all
 * the time: of those that come and go, nobody knows how much time they had.
 */
function clockStopped(queries: Queries): Alert {
  const { ratio, windowSeconds } = queries.limits.stateClock;
  const window = queries.window(windowSeconds);
  const wider = withSampleBefore(queries, windowSeconds);
  const time = queries.of(CIRCUIT_BREAKER_TIME);
  // Of one scrape all states have the same time, and begin anew together: one tells for all.
  const closed = queries.of(CIRCUIT_BREAKER_TIME, [
    is<CircuitBreakerState>(ATTR_CIRCUIT_BREAKER_STATE, 'closed'),
  ]);
  const { breakers } = RECORDED;
  const sum = (expr: string) => `sum ${queries.by(queries.replica)} (${expr})`;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  const instance = queries.labelValue(queries.instance);
  return {
    name: 'ResilienceStateClockStopped',
    severity: 'info',
    about: 'replica',
    expr: `
abs(
  (${sum(time)} - ${sum(`${time} offset ${window}`)})
  / (${sum(`timestamp(${closed})`)} - ${sum(`timestamp(${closed} offset ${window})`)})
  / (${breakers} > 0) - 1
) > ${ratio}
# Only of breakers that were there all the time.
and round(avg_over_time(${breakers}[${wider}]), 0.001)
  == ${breakers}
# A restart begins anew.
unless ${sum(`resets(${closed}[${wider}])`)}
  > 0`.trim(),
    summary: `The clock of the circuit of {{ ${policy} }} is wrong on {{ ${instance} }}.`,
    description:
      `The times that the circuit breaker of {{ ${policy} }} on {{ ${instance} }} ` +
      `(job {{ ${queries.labelValue(queries.job)} }}) spent in its states differ by ` +
      `{{ $value | humanizePercentage }} from the time that passed in the last ${window} ` +
      `(limit ${percent(ratio)}): alerts that judge by them can't be trusted.`,
  };
}

function overflow(queries: Queries): Alert {
  const series = selectorOfAll(queries.settings.naming, [is(ATTR_METRIC_OVERFLOW, 'true')]);
  const job = queries.labelValue(queries.job);
  return {
    name: 'ResilienceMetricsOverflow',
    severity: 'warning',
    about: 'job',
    expr: `count ${queries.by([queries.job])} (${series}) > 0`,
    summary: `{{ ${job} }} has more policies than its SDK keeps apart.`,
    description:
      `{{ printf "%.0f" $value }} series of {{ ${job} }} hold all that is beyond the cardinality limit ` +
      `of its OpenTelemetry SDK (limit 0): policies are missing in dashboards and alerts.`,
  };
}

function errors(queries: Queries): Alert {
  const { count, windowSeconds } = queries.limits.telemetryErrors;
  const policy = queries.labelValue(ATTR_POLICY_NAME);
  return {
    name: 'ResilienceTelemetryErrors',
    severity: 'warning',
    about: 'policy',
    expr: `
${counted(queries, TELEMETRY_ERRORS, windowSeconds, { by: queries.policy })}
>= ${count}`.trim(),
    summary: `The instrumentation of {{ ${policy} }} has faults.`,
    description:
      `Faults of the instrumentation of {{ ${policy} }}, or of a hook given to it ` +
      `(job {{ ${queries.labelValue(queries.job)} }}), in the last ${queries.window(windowSeconds)}: ` +
      `{{ printf "%.0f" $value }} (limit ${count}). Calls are not affected, but what is said of them ` +
      'may be wrong.',
  };
}
