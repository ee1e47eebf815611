/** How the policies of a synthetic replica behave in each second, and how that moves their series. */

import type { CircuitBreakerState, PolicyType } from '../../src/semconv/attributes.ts';
import * as attr from '../../src/semconv/attributes.ts';
import * as metrics from '../../src/semconv/metrics.ts';

export const CONDITIONS = ['healthy', 'shaky', 'failing', 'open', 'probing'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** A number for each condition, in their order. */
export type ByCondition = readonly [number, number, number, number, number];

export const STATE_OF: Readonly<Record<Condition, CircuitBreakerState>> = {
  healthy: 'closed',
  shaky: 'closed',
  failing: 'closed',
  open: 'open',
  probing: 'half_open',
};

export function policyName(index: number): string {
  return `policy-${String(index).padStart(3, '0')}`;
}

/** Calls of one policy on one replica. */
export const CALLS_PER_SECOND = 5;
/** The documents check every dependency every 30 s. */
export const CHECKS_PER_SECOND = 1 / 30;

/** The share of calls that end with a value of an attribute; 0 for values that are missing here. */
export const SHARES: Readonly<Record<string, Readonly<Record<string, ByCondition>>>> = {
  [attr.ATTR_OUTCOME]: {
    success: [0.99995, 0.99, 0.3, 0, 0],
    fallback: [0, 0.005, 0.3, 0.4, 0.4],
    failure: [0.00005, 0.003, 0.2, 0, 0.1],
    rejected: [0, 0, 0, 0.6, 0.5],
    timed_out: [0, 0.002, 0.2, 0, 0],
  },
  [attr.ATTR_EXECUTION_RESULT]: {
    answered: [0.99995, 0.995, 0.6, 0.4, 0.4],
    unanswered: [0.00005, 0.005, 0.4, 0.6, 0.6],
  },
  [attr.ATTR_CIRCUIT_BREAKER_RESULT]: {
    success: [0.9999, 0.97, 0.3, 0, 0],
    failure: [0.0001, 0.03, 0.7, 0, 0.05],
    rejected: [0, 0, 0, 1, 0.95],
  },
  [attr.ATTR_RETRY_RESULT]: {
    success_without_retry: [0.9995, 0.95, 0.25, 0, 0],
    success_after_retry: [0.0005, 0.045, 0.05, 0, 0],
    exhausted: [0, 0.005, 0.7, 1, 1],
  },
  [attr.ATTR_RETRY_ATTEMPT]: {
    1: [0.0005, 0.05, 0.75, 1, 1],
    2: [0, 0.01, 0.72, 1, 1],
  },
  [attr.ATTR_TIMEOUT_RESULT]: {
    completed: [1, 0.99, 0.7, 0, 0],
    timed_out: [0, 0.01, 0.3, 0, 0.05],
  },
  [attr.ATTR_BULKHEAD_RESULT]: {
    accepted: [1, 1, 0.95, 0, 0.05],
    rejected: [0, 0, 0.05, 0, 0],
  },
  [attr.ATTR_FALLBACK_RESULT]: {
    not_used: [0.99995, 0.99, 0.3, 0, 0],
    used: [0.00005, 0.01, 0.7, 1, 1],
  },
  [attr.ATTR_DEPENDENCY_RESULT]: {
    available: [1, 0.95, 0.2, 0, 0],
    slow: [0, 0.05, 0.3, 0, 0],
    unavailable: [0, 0, 0.5, 1, 1],
  },
  [attr.ATTR_DEPENDENCY_RECOVERY_RESULT]: {
    success: [0, 0, 0, 0, 0],
    failure: [0, 0, 0, 1, 1],
  },
  [attr.ATTR_DEGRADATION_STATUS]: {
    complete: [1, 0.97, 0.3, 0, 0],
    partial: [0, 0.03, 0.6, 0.9, 0.9],
    failed: [0, 0, 0.1, 0.1, 0.1],
  },
  [attr.ATTR_CIRCUIT_BREAKER_STATE]: {
    closed: [1, 1, 1, 0, 0],
    open: [0, 0, 0, 1, 0],
    half_open: [0, 0, 0, 0, 1],
  },
};

/** The share of calls of a metric without such an attribute, such as the waits before a retry. */
export const WITHOUT_ATTRIBUTE: ByCondition = [1, 1, 1, 0, 0.05];

/** Half of all durations are shorter, in seconds. */
export const MEDIAN_SECONDS: ByCondition = [0.05, 0.2, 1, 0.001, 0.5];

/** The values of gauges. */
export const GAUGES: Readonly<Record<string, ByCondition>> = {
  [metrics.EXECUTION_ACTIVE.name]: [1, 2, 9, 0, 1],
  [metrics.CIRCUIT_BREAKER_DOWNTIME.name]: [0, 0, 0, 30, 60],
  [metrics.CIRCUIT_BREAKER_FAILURES.name]: [0, 1, 3, 5, 5],
  [metrics.CIRCUIT_BREAKER_FAILURES_LIMIT.name]: [5, 5, 5, 5, 5],
  [metrics.TIMEOUT_LIMIT.name]: [30, 30, 30, 30, 30],
  [metrics.BULKHEAD_ACTIVE.name]: [1, 2, 10, 0, 1],
  [metrics.BULKHEAD_QUEUED.name]: [0, 0, 4, 0, 0],
  [metrics.BULKHEAD_LIMIT.name]: [10, 10, 10, 10, 10],
  [metrics.BULKHEAD_QUEUE_LIMIT.name]: [10, 10, 10, 10, 10],
  [metrics.DEPENDENCY_AVAILABLE.name]: [1, 1, 0, 0, 0],
};

/** As a failing dependency, a timeout and an open circuit make them; each member counts those that it handles. */
export const ERRORS_OF: Readonly<Partial<Record<PolicyType, readonly string[]>>> = {
  retry: ['ECONNREFUSED', '503', 'TaskCancelledError'],
  circuit_breaker: ['ECONNREFUSED', '503', 'TaskCancelledError'],
  fallback: ['ECONNREFUSED', '503', 'TaskCancelledError', 'BrokenCircuitError'],
};

const OPEN_SECONDS = 60;
const FAILURES_SECONDS = 5;

/**
 * Of ten policies six are healthy and two are shaky. One fails on every replica for two minutes of
 * every five. One is down on every tenth replica all the time.
 */
export function conditionAt(policy: number, replica: number, second: number): Condition {
  switch (policy % 10) {
    case 3:
      return incident((second + policy * 7 + (replica % 10)) % 300, 120);
    case 7:
      return replica % 10 === 0 ? incident(second % 3600, 3600) : 'healthy';
    case 5:
    case 8:
      return 'shaky';
    default:
      return 'healthy';
  }
}

/** Calls fail until the circuit opens; after each minute a probe fails. */
function incident(second: number, seconds: number): Condition {
  if (second >= seconds) return 'healthy';
  if (second < FAILURES_SECONDS) return 'failing';
  return (second - FAILURES_SECONDS) % (OPEN_SECONDS + 1) < OPEN_SECONDS ? 'open' : 'probing';
}
