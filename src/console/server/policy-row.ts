import type { CounterSeries } from '../../metrics/counter-series.ts';
import { EXECUTION_RESULT } from '../../metrics/execution.ts';
import type { PolicyMetrics } from '../../metrics/policy-metrics.ts';
import { breakerStatusesOf } from '../../operations/views/breaker-states.ts';
import { OUTCOMES } from '../../semconv/attributes.ts';
import type { Row, RowBreaker } from '../protocol/messages.ts';
import type { CounterDeltas } from './counter-deltas.ts';
import { COUNTER_COUNT, COUNTER_INDEX, type CounterName } from './counters.ts';
import { inbox } from './duration-inbox.ts';
import { Latency } from './latency.ts';
import { mergeBreakers } from './merge-breakers.ts';
import { OutcomeHistory } from './outcome-history.ts';
import { SlidingSums } from './sliding-sums.ts';

/** How far back shares look, in steps of a second. */
export const COUNT_STEPS = 60;

/** An instant that is computed from two clocks trembles; people read seconds. */
const TREMBLE_MS = 500;

/** One name for as long as somebody looks; policies of several scopes may have it. */
export class PolicyRow {
  readonly past = new OutcomeHistory();
  readonly #name: string;
  readonly #latency = new Latency();
  readonly #recent = new SlidingSums(COUNTER_COUNT, COUNT_STEPS);
  readonly #gains: CounterDeltas;
  readonly #slots = new SlidingSums(1, COUNT_STEPS);
  #scopes: readonly PolicyMetrics[] = [];
  #breaker: RowBreaker | undefined;
  /** As it was said last. */
  json = '';

  constructor(name: string, gains: CounterDeltas) {
    this.#name = name;
    this.#gains = gains;
  }

  /** Takes durations where they are no longer or not yet taken, of these scopes only. */
  tap(scopes: readonly PolicyMetrics[]): void {
    for (const { execution } of this.#scopes) {
      if (execution?.duration.observer === this.#take) execution.duration.observer = undefined;
    }
    for (const { execution } of scopes) {
      if (execution) execution.duration.observer = this.#take;
    }
    this.#scopes = scopes;
  }

  readonly #take = tapInto(this.#latency);

  /** @returns the row, a step later */
  step(index: number): Row {
    const scopes = this.#scopes;
    // Brings gauges up to date.
    for (const scope of scopes) scope.read();
    const gains = this.#gains.of(scopes);
    this.#recent.turn(gains);
    const latest = gains.slice(0, OUTCOMES.length);
    this.past.set(index, latest);
    this.#latency.turn();
    this.#slots.turn([taken(scopes)]);
    return this.#row(latest);
  }

  /** Where nothing could be read so far. */
  unknown(): Row {
    const none = OUTCOMES.map(() => 0);
    return {
      name: this.#name,
      latest: none,
      outcomes: none,
      active: 0,
      p50: null,
      p95: null,
      timed: 0,
    };
  }

  #row(latest: readonly number[]): Row {
    const scopes = this.#scopes;
    const { sums } = this.#recent;
    const of = (counter: CounterName) => sums[COUNTER_INDEX[counter]] as number;
    const has = (part: 'retry' | 'timeout' | 'bulkhead' | 'fallback') =>
      scopes.some((scope) => scope[part] !== undefined);
    const gauge = (read: (scope: PolicyMetrics) => CounterSeries | undefined) =>
      gaugeOf(scopes, read);
    this.#breaker = steady(
      mergeBreakers(breakerStatusesOf(scopes.flatMap((scope) => scope.controls()))),
      this.#breaker,
    );
    return {
      name: this.#name,
      ...(this.#breaker && { breaker: this.#breaker }),
      latest,
      outcomes: sums.slice(0, OUTCOMES.length),
      active: gauge(({ execution }) => execution?.active),
      p50: this.#latency.percentile(0.5),
      p95: this.#latency.percentile(0.95),
      timed: this.#latency.count,
      ...(has('retry') && {
        retry: {
          calls: of('retryCalls'),
          again: of('retryAgain'),
          exhausted: of('retryExhausted'),
        },
      }),
      ...(has('timeout') && {
        timeout: {
          calls: of('timeoutCalls'),
          timedOut: of('timedOut'),
          limit: longestLimit(scopes),
        },
      }),
      ...(has('bulkhead') && {
        bulkhead: {
          calls: of('bulkheadCalls'),
          rejected: of('bulkheadRejected'),
          active: gauge(({ bulkhead }) => bulkhead?.active),
          limit: gauge(({ bulkhead }) => bulkhead?.limit),
          queued: gauge(({ bulkhead }) => bulkhead?.queued),
          saturation: Math.round((1000 * (this.#slots.sums[0] as number)) / COUNT_STEPS) / 1000,
        },
      }),
      ...(has('fallback') && {
        fallback: {
          calls: of('fallbackCalls'),
          used: of('fallbackUsed'),
          failed: of('fallbackFailed'),
        },
      }),
    };
  }
}

function gaugeOf(
  scopes: readonly PolicyMetrics[],
  read: (scope: PolicyMetrics) => CounterSeries | undefined,
): number {
  return scopes.reduce((sum, scope) => sum + (read(scope)?.get(0) ?? 0), 0);
}

/** The share of slots that are taken at this moment. */
function taken(scopes: readonly PolicyMetrics[]): number {
  const limit = gaugeOf(scopes, ({ bulkhead }) => bulkhead?.limit);
  return limit > 0 ? gaugeOf(scopes, ({ bulkhead }) => bulkhead?.active) / limit : 0;
}

/** A call that was rejected at once does not show how fast the dependency is. */
function tapInto(latency: Latency): (seconds: number, result: number) => void {
  return (seconds, result) => {
    if (result === EXECUTION_RESULT.answered) inbox.take(latency, seconds);
  };
}

function longestLimit(scopes: readonly PolicyMetrics[]): number | null {
  return scopes.reduce<number | null>((longest, { timeout }) => {
    const limit = timeout?.limit.get(0) ?? Number.NaN;
    return Number.isNaN(limit) ? longest : Math.max(limit, longest ?? limit);
  }, null);
}

function steady(
  now: RowBreaker | undefined,
  before: RowBreaker | undefined,
): RowBreaker | undefined {
  if (now === undefined || before === undefined || now.state !== before.state) return now;
  const still = (key: 'since' | 'nextProbeAt') => {
    const [a, b] = [now[key], before[key]];
    return a !== null && b !== null && Math.abs(a - b) < TREMBLE_MS ? b : a;
  };
  return { ...now, since: still('since'), nextProbeAt: still('nextProbeAt') };
}
