import { policyMetrics } from '../../instrument.ts';
import {
  type BreakerControl,
  type BreakerStatus,
  isolatedNames,
} from '../../metrics/breaker-control.ts';
import type { CounterSeries } from '../../metrics/counter-series.ts';
import type { PolicyMetrics } from '../../metrics/policy-metrics.ts';
import {
  CIRCUIT_BREAKER_RESULTS,
  type CircuitBreakerResult,
  type CircuitBreakerState,
} from '../../semconv/attributes.ts';
import type { BreakerSummary, BreakerView, InstanceView } from '../contract.ts';
import { breakerStatusesOf, isWorse } from './breaker-states.ts';
import { groupByName } from './group-by-name.ts';

/** Circuit breakers of one name that a view lists. */
const MAX_INSTANCES = 50;

/** The metrics of a name that have circuit breakers now. */
export function metricsOf(name: string): PolicyMetrics[] {
  return policyMetrics().filter(
    (metrics) => metrics.name === name && metrics.controls().length > 0,
  );
}

export function controlsOf(metrics: readonly PolicyMetrics[]): BreakerControl[] {
  return metrics.flatMap((policy) => policy.controls());
}

/** The views of all names, those of isolated names without circuit breakers included. */
export function* breakerViews(): Generator<[name: string, view: BreakerView]> {
  const metricsByName = groupByName(policyMetrics());
  for (const name of isolatedNames.all()) {
    if (!metricsByName.has(name)) metricsByName.set(name, []);
  }
  for (const [name, metrics] of metricsByName) {
    const view = toBreakerView(name, metrics);
    if (view) yield [name, view];
  }
}

export function breakerViewOf(name: string): BreakerView | undefined {
  return toBreakerView(name, metricsOf(name));
}

/** The names that have a view. */
export function breakerNames(): string[] {
  const names = policyMetrics().flatMap((metrics) =>
    metrics.controls().length > 0 ? [metrics.name] : [],
  );
  return [...new Set([...names, ...isolatedNames.all()])];
}

export interface BreakerStates {
  /** Counts names by their worst state. */
  readonly summary: BreakerSummary;
  /** Whether any circuit is open, even beside a worse one of the same name. */
  readonly isAnyOpen: boolean;
}

export function breakerStates(): BreakerStates {
  const worstByName = new Map<string, CircuitBreakerState>();
  let isAnyOpen = false;
  for (const metrics of policyMetrics()) {
    for (const { state } of metrics.controls()) {
      isAnyOpen ||= state === 'open';
      const worst = worstByName.get(metrics.name);
      if (worst === undefined || isWorse(state, worst)) worstByName.set(metrics.name, state);
    }
  }
  for (const name of isolatedNames.all()) {
    if (!worstByName.has(name)) worstByName.set(name, 'isolated');
  }
  return { summary: summarizeStates(worstByName.values()), isAnyOpen };
}

export function summarizeStates(states: Iterable<CircuitBreakerState>): BreakerSummary {
  const summary = { total: 0, open: 0, half_open: 0, closed: 0, isolated: 0 };
  for (const state of states) {
    summary.total++;
    summary[state]++;
  }
  return summary;
}

export function worstState(controls: readonly BreakerControl[]): CircuitBreakerState {
  return controls.map(({ state }) => state).reduce((a, b) => (isWorse(b, a) ? b : a), 'closed');
}

function toBreakerView(name: string, metrics: readonly PolicyMetrics[]): BreakerView | undefined {
  const statuses = breakerStatusesOf(controlsOf(metrics));
  const [worst] = statuses;
  if (worst === undefined) return isolatedNames.has(name) ? ISOLATED_NAME : undefined;
  const { key: _, ...fields } = toInstanceView(worst);
  return {
    ...fields,
    opened: worst.state === 'open' || worst.state === 'isolated',
    isolated_by_operator: statuses.some(({ isIsolatedByUs }) => isIsolatedByUs),
    fail_max: worst.failureLimit ?? null,
    reset_timeout: worst.openSeconds ?? null,
    calls: callsOf(metrics),
    ...(statuses.length > 1 && {
      instance_count: statuses.length,
      instances: statuses.slice(0, MAX_INSTANCES).map(toInstanceView),
    }),
  };
}

/** The view of an isolated name without circuit breakers. */
const ISOLATED_NAME: BreakerView = {
  state: 'isolated',
  opened: true,
  isolated_by_operator: true,
  since: null,
  fail_counter: null,
  fail_max: null,
  reset_timeout: null,
  opened_at: null,
  next_probe_at: null,
  calls: callsOf([]),
  last_error_type: null,
  instance_count: 0,
};

function toInstanceView(status: BreakerStatus): InstanceView {
  return {
    key: status.key ?? null,
    state: status.state,
    isolated_by_operator: status.isIsolatedByUs,
    since: toIsoTime(status.since),
    fail_counter: status.failures ?? null,
    opened_at: toIsoTime(rejectsSince(status)),
    next_probe_at: toIsoTime(status.nextProbeAt),
    last_error_type: status.lastErrorType ?? null,
  };
}

/** An isolated circuit has no opening, so the time of its isolation counts. */
function rejectsSince({ state, since, openedAt }: BreakerStatus): number | undefined {
  return openedAt ?? (state === 'isolated' ? since : undefined);
}

function callsOf(metrics: readonly PolicyMetrics[]): Record<CircuitBreakerResult, number> {
  const counters = metrics.flatMap(({ circuitBreaker }): CounterSeries[] =>
    circuitBreaker ? [circuitBreaker.calls] : [],
  );
  return Object.fromEntries(
    CIRCUIT_BREAKER_RESULTS.map((result, index) => [
      result,
      counters.reduce((sum, counter) => sum + counter.get(index), 0),
    ]),
  ) as Record<CircuitBreakerResult, number>;
}

function toIsoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
