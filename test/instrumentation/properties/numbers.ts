import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { PolicySnapshot } from '../../../src/index.ts';
import { METRICS, type Metric, type Series } from '../../../src/semconv/metrics.ts';

/**
 * All numbers under one name, by metric and attribute values: `executions.success`,
 * `circuit_breaker.transitions.closed>open`. Of a histogram its `.count` and its `.sum`.
 */
export type Numbers = Record<string, number>;

/** Numbers that only go up. */
export function isMonotone(key: string): boolean {
  return /^(executions|errors|telemetry)\.|\.(calls|attempts|transitions|administration)\./.test(
    key,
  );
}

/** Numbers whose series need not exist before their first event. */
const LAZY = new Set(
  METRICS.flatMap((metric) =>
    metric.series.filter((series) => metric.isLazy(series)).map((series) => keyOf(metric, series)),
  ),
);

/** Whether it is a zero of a series that need not exist yet. */
export function isUnborn(key: string, value: number): boolean {
  return value === 0 && LAZY.has(key);
}

function keyOf({ name }: Pick<Metric, 'name'>, attributes: Series): string {
  return [name.replace('resilience.', ''), ...valuesOf(attributes)].join('.');
}

export function ofSnapshot(snapshot: PolicySnapshot): Numbers {
  const { circuitBreaker, retry, timeout, bulkhead, fallback } = snapshot;
  const numbers: Numbers = {
    'execution.active': snapshot.active,
    'telemetry.errors': snapshot.telemetryErrors,
  };
  const add = (prefix: string, values: Readonly<Record<string, number>> = {}) => {
    for (const [key, value] of Object.entries(values)) numbers[`${prefix}.${key}`] = round(value);
  };
  add('executions', snapshot.executions);
  add('circuit_breaker.state', circuitBreaker?.state);
  add('circuit_breaker', circuitBreaker && { downtime: circuitBreaker.downtime });
  add('circuit_breaker', known({ failures: circuitBreaker?.failures }));
  add('circuit_breaker.failures', known({ limit: circuitBreaker?.failureLimit }));
  add('circuit_breaker.transitions', circuitBreaker?.transitions);
  add('circuit_breaker.calls', circuitBreaker?.calls);
  add('circuit_breaker.administration', circuitBreaker?.administration);
  add('retry.calls', retry?.calls);
  add('retry.attempts', retry?.attempts);
  add('timeout.calls', timeout?.calls);
  add('timeout', known({ limit: timeout?.limit }));
  add('bulkhead.calls', bulkhead?.calls);
  add(
    'bulkhead',
    bulkhead && {
      active: bulkhead.active,
      queued: bulkhead.queued,
      limit: bulkhead.limit,
      'queue.limit': bulkhead.queueLimit,
    },
  );
  add('fallback.calls', fallback?.calls);
  add('errors', snapshot.errors);
  return numbers;
}

function known(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

/** What a collection says, by name. */
export function ofCollection(metrics: readonly MetricData[]): [string, Numbers][] {
  const names = new Map<string, Numbers>();
  for (const { descriptor, dataPoints } of metrics) {
    for (const { attributes, value } of dataPoints) {
      const name = String(attributes['resilience.policy.name']);
      const numbers = names.get(name) ?? {};
      names.set(name, numbers);
      const key = keyOf(descriptor, attributes as Series);
      if (typeof value === 'number') numbers[key] = round(value);
      else if (value.count > 0) {
        numbers[`${key}.count`] = value.count;
        numbers[`${key}.sum`] = round((value as { sum?: number }).sum ?? 0);
      }
    }
  }
  return [...names];
}

function valuesOf(attributes: Series): unknown[] {
  const {
    'resilience.policy.name': _,
    'resilience.circuit_breaker.previous_state': previous,
    'resilience.policy.type': policy,
    'error.type': error,
    'resilience.fallback.result': result,
    'resilience.fallback.type': type,
    ...others
  } = attributes;
  const rest = Object.values(others);
  if (previous !== undefined) return [`${previous}>${rest}`];
  if (policy !== undefined) return [`${policy}:${error}`];
  return result === undefined ? rest : [result, type];
}

/** Sums of seconds differ in their last digits by the order in which they are summed. */
export function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
