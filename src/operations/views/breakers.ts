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
import { breakerStatusesOf, isWorse } from './breaker-states.ts';
import { groupByName } from './group-by-name.ts';

/**
 * The circuit breakers of one name, as JSON; `null` is what can't be known. Where there are several,
 * all but `calls` and `held` is that of the worst. A name that is held while it has none is isolated.
 */
export interface BreakerView {
  readonly state: CircuitBreakerState;
  /** Whether calls are turned away: open or isolated. */
  readonly opened: boolean;
  /** Whether it is held open by hand, so that it has to be released. */
  readonly held: boolean;
  /** When it came into the state, ISO 8601. */
  readonly since: string | null;
  readonly fail_counter: number | null;
  readonly fail_max: number | null;
  /** Seconds. */
  readonly reset_timeout: number | null;
  /** When it left closed, failed tests included, ISO 8601. */
  readonly opened_at: string | null;
  readonly next_probe_at: string | null;
  readonly calls: Readonly<Record<CircuitBreakerResult, number>>;
  readonly last_error_type: string | null;
  /** Where there are several, or none: how many. */
  readonly instance_count?: number;
  /** The worst of them. */
  readonly instances?: readonly InstanceView[];
}

export interface InstanceView {
  readonly key: string | null;
  readonly state: CircuitBreakerState;
  readonly held: boolean;
  readonly since: string | null;
  readonly fail_counter: number | null;
  readonly opened_at: string | null;
  readonly next_probe_at: string | null;
  readonly last_error_type: string | null;
}

export type BreakerSummary = Readonly<Record<'total' | CircuitBreakerState, number>>;

/** So many of one name are told one by one. */
const INSTANCES = 50;

/** The scopes that have circuit breakers now, and this name. */
export function scopesOf(name: string): PolicyMetrics[] {
  return policyMetrics().filter((scope) => scope.name === name && scope.controls().length > 0);
}

export function controlsOf(own: readonly PolicyMetrics[]): BreakerControl[] {
  return own.flatMap((scope) => scope.controls());
}

/** By name, also those that are held while they have none. Each is read when it is asked for. */
export function* breakerViews(): Generator<[name: string, view: BreakerView]> {
  const all = groupByName(policyMetrics());
  for (const name of isolatedNames.all()) {
    if (!all.has(name)) all.set(name, []);
  }
  for (const [name, own] of all) {
    const view = viewOf(name, own);
    if (view) yield [name, view];
  }
}

export function breakerViewOf(name: string): BreakerView | undefined {
  return viewOf(name, scopesOf(name));
}

/** Names that can be asked for. */
export function breakerNames(): string[] {
  const names = policyMetrics().flatMap((scope) =>
    scope.controls().length > 0 ? [scope.name] : [],
  );
  return [...new Set([...names, ...isolatedNames.all()])];
}

export interface BreakerStates {
  /** The worst state of each name, counted. */
  readonly summary: BreakerSummary;
  /** Whether any circuit is open, also beside a worse one of its name. */
  readonly open: boolean;
}

export function breakerStates(): BreakerStates {
  const worst = new Map<string, CircuitBreakerState>();
  let open = false;
  for (const scope of policyMetrics()) {
    for (const { state } of scope.controls()) {
      open ||= state === 'open';
      const before = worst.get(scope.name);
      if (before === undefined || isWorse(state, before)) worst.set(scope.name, state);
    }
  }
  for (const name of isolatedNames.all()) {
    if (!worst.has(name)) worst.set(name, 'isolated');
  }
  return { summary: summaryOf(worst.values()), open };
}

export function summaryOf(states: Iterable<CircuitBreakerState>): BreakerSummary {
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

function viewOf(name: string, own: readonly PolicyMetrics[]): BreakerView | undefined {
  const readings = breakerStatusesOf(controlsOf(own));
  const [worst] = readings;
  if (worst === undefined) return isolatedNames.has(name) ? NONE_HELD : undefined;
  const { key: _, ...told } = instanceOf(worst);
  return {
    ...told,
    opened: worst.state === 'open' || worst.state === 'isolated',
    held: readings.some(({ isIsolatedByUs: held }) => held),
    fail_max: worst.failureLimit ?? null,
    reset_timeout: worst.openSeconds ?? null,
    calls: callsOf(own),
    ...(readings.length > 1 && {
      instance_count: readings.length,
      instances: readings.slice(0, INSTANCES).map(instanceOf),
    }),
  };
}

const NONE_HELD: BreakerView = {
  state: 'isolated',
  opened: true,
  held: true,
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

function instanceOf(reading: BreakerStatus): InstanceView {
  return {
    key: reading.key ?? null,
    state: reading.state,
    held: reading.isIsolatedByUs,
    since: dateOf(reading.since),
    fail_counter: reading.failures ?? null,
    opened_at: dateOf(openedAt(reading)),
    next_probe_at: dateOf(reading.nextProbeAt),
    last_error_type: reading.lastErrorType ?? null,
  };
}

/** Since when calls were turned away; one that is held open has not opened by itself. */
function openedAt({ state, since, openedAt }: BreakerStatus): number | undefined {
  return openedAt ?? (state === 'isolated' ? since : undefined);
}

function callsOf(own: readonly PolicyMetrics[]): Record<CircuitBreakerResult, number> {
  const all = own.flatMap(({ circuitBreaker }): CounterSeries[] =>
    circuitBreaker ? [circuitBreaker.calls] : [],
  );
  return Object.fromEntries(
    CIRCUIT_BREAKER_RESULTS.map((result, index) => [
      result,
      all.reduce((sum, counts) => sum + counts.get(index), 0),
    ]),
  ) as Record<CircuitBreakerResult, number>;
}

function dateOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
