import type {
  BulkheadResult,
  CircuitBreakerAction,
  CircuitBreakerResult,
  CircuitBreakerState,
  FallbackResult,
  Outcome,
  RetryResult,
  TimeoutResult,
} from '../semconv/attributes.ts';
import {
  ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE,
  ATTR_CIRCUIT_BREAKER_STATE,
  ATTR_ERROR_TYPE,
  ATTR_FALLBACK_RESULT,
  ATTR_POLICY_TYPE,
} from '../semconv/attributes.ts';
import type { Series } from '../semconv/metrics.ts';
import type { CounterSeries } from './counter-series.ts';
import type { ConstantAttributes, PolicyMetrics } from './policy-metrics.ts';

/**
 * The metrics of all policies of one name: counts since the name was first instrumented, and present
 * states.
 *
 * @example
 * const [servicenow] = snapshot().filter(({ name }: PolicySnapshot) => name === 'servicenow');
 */
export interface PolicySnapshot {
  /** The name of the policies. */
  readonly name: string;
  /** The option `attributes` of the policies. */
  readonly attributes: ConstantAttributes;
  /** The number of instrumented policies, members of stacks included. */
  readonly policies: number;
  /** Executions by outcome. */
  readonly executions: Readonly<Record<Outcome, number>>;
  /** Executions in progress. */
  readonly active: number;
  /** The metrics of all circuit breakers of the name, if there are any. */
  readonly circuitBreaker?: {
    /** The number of breakers in each state. */
    readonly state: Readonly<Record<CircuitBreakerState, number>>;
    /** Seconds since the breaker left closed; 0 while closed or isolated; the longest of several breakers. */
    readonly downtime: number;
    /** Consecutive failures of the breaker nearest to opening; `undefined` if unknown. */
    readonly failures: number | undefined;
    /** Consecutive failures that open that breaker; `undefined` if unknown. */
    readonly failureLimit: number | undefined;
    /** By `previous>new`, such as `closed>open`. */
    readonly transitions: Readonly<Record<string, number>>;
    /** Calls by result. */
    readonly calls: Readonly<Record<CircuitBreakerResult, number>>;
    /** Operations by operators. */
    readonly administration: Readonly<Record<CircuitBreakerAction, number>>;
  };
  /** The metrics of all retries of the name, if there are any. */
  readonly retry?: {
    /** Calls by result. */
    readonly calls: Readonly<Record<RetryResult, number>>;
    /** By the number of the retry; `1` is the second call. */
    readonly attempts: Readonly<Record<string, number>>;
  };
  /** The metrics of all timeouts of the name, if there are any. */
  readonly timeout?: {
    /** Calls by result. */
    readonly calls: Readonly<Record<TimeoutResult, number>>;
    /** Seconds; `undefined` if unknown. */
    readonly limit: number | undefined;
  };
  /** The metrics of all bulkheads of the name, if there are any. */
  readonly bulkhead?: {
    /** Calls by result. */
    readonly calls: Readonly<Record<BulkheadResult, number>>;
    /** Occupied slots of all bulkheads. */
    readonly active: number;
    /** Calls that wait for a slot. */
    readonly queued: number;
    /** Slots of all bulkheads. */
    readonly limit: number;
    /** Calls that can wait for a slot. */
    readonly queueLimit: number;
  };
  /** The metrics of all fallbacks of the name, if there are any. */
  readonly fallback?: {
    /** Calls by result. */
    readonly calls: Readonly<Record<FallbackResult, number>>;
  };
  /** Errors that policies handled, by `policy type:error type`, such as `retry:503`. */
  readonly errors: Readonly<Record<string, number>>;
  /** Errors inside of the instrumentation, such as an `errorType` that threw. */
  readonly telemetryErrors: number;
}

export function snapshotOf(metrics: PolicyMetrics): PolicySnapshot {
  const series = metrics.read();
  const { execution, circuitBreaker, retry, timeout, bulkhead, fallback } = metrics;
  return {
    name: metrics.name,
    attributes: metrics.attributes,
    policies: metrics.registrations,
    executions: tally(execution?.outcomes),
    active: execution?.active.get(0) ?? 0,
    ...(circuitBreaker && {
      circuitBreaker: {
        state: tally(circuitBreaker.state),
        downtime: circuitBreaker.downtime.get(0),
        failures: known(circuitBreaker.failures),
        failureLimit: known(circuitBreaker.failureLimit),
        transitions: tally(
          circuitBreaker.transitions,
          (series) =>
            `${series[ATTR_CIRCUIT_BREAKER_PREVIOUS_STATE]}>${series[ATTR_CIRCUIT_BREAKER_STATE]}`,
        ),
        calls: tally(circuitBreaker.calls),
        administration: tally(circuitBreaker.administration),
      },
    }),
    ...(retry && {
      retry: { calls: tally(retry.calls), attempts: tally(retry.attempts) },
    }),
    ...(timeout && {
      timeout: {
        calls: tally(timeout.calls),
        limit: known(timeout.limit),
      },
    }),
    ...(bulkhead && {
      bulkhead: {
        calls: tally(bulkhead.calls),
        active: bulkhead.active.get(0),
        queued: bulkhead.queued.get(0),
        limit: bulkhead.limit.get(0),
        queueLimit: bulkhead.queueLimit.get(0),
      },
    }),
    ...(fallback && {
      fallback: {
        calls: tally(fallback.calls, (series) => series[ATTR_FALLBACK_RESULT] ?? ''),
      },
    }),
    errors: tally(
      series.find(({ metric }) => ATTR_ERROR_TYPE in metric.attributes),
      ({ [ATTR_POLICY_TYPE]: policy, [ATTR_ERROR_TYPE]: error }) => `${policy}:${error}`,
    ),
    telemetryErrors: metrics.errors.telemetry.get(0),
  };
}

function known(gauge: CounterSeries): number | undefined {
  const value = gauge.get(0);
  return Number.isNaN(value) ? undefined : value;
}

/** The values by key; values with the same key are summed. */
function tally<K extends string>(
  counts: CounterSeries | undefined,
  key: (series: Series) => string = firstValue,
): Record<K, number> {
  const result: Record<string, number> = {};
  counts?.series.forEach((series, index) => {
    const value = counts.get(index);
    if (Number.isNaN(value)) return;
    const name = key(series);
    result[name] = (result[name] ?? 0) + value;
  });
  return result as Record<K, number>;
}

function firstValue(series: Series): string {
  for (const key in series) return series[key as keyof Series] ?? '';
  return '';
}
