import type { MetricData } from '@opentelemetry/sdk-metrics';
import type { PolicySnapshot } from '../../../src/index.ts';

/**
 * All numbers under one name, by metric and attribute values: `executions.success`,
 * `circuit_breaker.transitions.closed>open`. Of a histogram its `.count` and its `.sum`.
 */
export type Numbers = Record<string, number>;

/** Numbers that only go up. */
export function isMonotone(key: string): boolean {
  return /^(executions|errors|telemetry)\.|\.(calls|attempts|transitions|time|administration)\./.test(
    key,
  );
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
  add('circuit_breaker.time', circuitBreaker?.time);
  add('circuit_breaker', circuitBreaker && { downtime: circuitBreaker.downtime });
  add('circuit_breaker.transitions', circuitBreaker?.transitions);
  add('circuit_breaker.calls', circuitBreaker?.calls);
  add('circuit_breaker.administration', circuitBreaker?.administration);
  add('retry.calls', retry?.calls);
  add('retry.attempts', retry?.attempts);
  add('timeout.calls', timeout?.calls);
  add('timeout', timeout?.limit === undefined ? {} : { limit: timeout.limit });
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

/** What a collection says, by name. */
export function ofCollection(metrics: readonly MetricData[]): [string, Numbers][] {
  const names = new Map<string, Numbers>();
  for (const { descriptor, dataPoints } of metrics) {
    for (const { attributes, value } of dataPoints) {
      const name = String(attributes['resilience.policy.name']);
      const numbers = names.get(name) ?? {};
      names.set(name, numbers);
      const key = [descriptor.name.replace('resilience.', ''), ...valuesOf(attributes)].join('.');
      if (typeof value === 'number') numbers[key] = round(value);
      else if (value.count > 0) {
        numbers[`${key}.count`] = value.count;
        numbers[`${key}.sum`] = round((value as { sum?: number }).sum ?? 0);
      }
    }
  }
  return [...names];
}

function valuesOf(attributes: Readonly<Record<string, unknown>>): unknown[] {
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
