import type { CounterSeries } from '../../metrics/counter-series.ts';
import { EXECUTION_RESULT } from '../../metrics/execution.ts';
import type { PolicyMetrics } from '../../metrics/policy-metrics.ts';
import { breakerStatusesOf } from '../../operations/views/breaker-states.ts';
import { OUTCOMES } from '../../semconv/attributes.ts';
import type { Row, RowBreaker } from '../protocol/messages.ts';
import type { CounterDeltas } from './counter-deltas.ts';
import { COUNTER_COUNT, COUNTER_INDEX, type CounterName } from './counters.ts';
import { mergeBreakers } from './merge-breakers.ts';
import { OutcomeHistory } from './outcome-history.ts';
import { RecentLatency } from './recent-latency.ts';
import { SlidingSums } from './sliding-sums.ts';

/** Steps that counts and ratios include. */
export const COUNT_STEPS = 60;

/** Smaller changes of a time are noise, because it is computed from two clocks. */
const CLOCK_NOISE_MS = 500;

/** The policies of one name while the page has viewers. */
export class PolicyRow {
  readonly history = new OutcomeHistory();
  readonly #name: string;
  readonly #latency = new RecentLatency();
  readonly #counts = new SlidingSums(COUNTER_COUNT, COUNT_STEPS);
  readonly #deltas: CounterDeltas;
  readonly #saturation = new SlidingSums(1, COUNT_STEPS);
  #policies: readonly PolicyMetrics[] = [];
  #breaker: RowBreaker | undefined;
  /** The row as it was sent last. */
  json = '';

  constructor(name: string, deltas: CounterDeltas) {
    this.#name = name;
    this.#deltas = deltas;
  }

  /** Observes the durations of these policies, and no longer those of others. */
  observe(policies: readonly PolicyMetrics[]): void {
    for (const { execution } of this.#policies) {
      if (execution?.duration.observer === this.#addDuration) {
        execution.duration.observer = undefined;
      }
    }
    for (const { execution } of policies) {
      if (execution) execution.duration.observer = this.#addDuration;
    }
    this.#policies = policies;
  }

  /** Ignores calls without an answer: a rejected call does not show how fast the dependency is. */
  readonly #addDuration = (seconds: number, result: number): void => {
    if (result === EXECUTION_RESULT.answered) this.#latency.add(seconds);
  };

  /** Takes the sample with this index and returns the new row. */
  sample(index: number): Row {
    const policies = this.#policies;
    // Updates the gauges.
    for (const policy of policies) policy.read();
    const deltas = this.#deltas.of(policies);
    this.#counts.add(deltas);
    const latest = deltas.slice(0, OUTCOMES.length);
    this.history.set(index, latest);
    this.#latency.endStep();
    this.#saturation.add([saturationOf(policies)]);
    return this.#toRow(latest);
  }

  /** The row of a policy that could not be read yet. */
  emptyRow(): Row {
    const zeros = OUTCOMES.map(() => 0);
    return {
      name: this.#name,
      latest: zeros,
      outcomes: zeros,
      active: 0,
      p50: null,
      p95: null,
      timedCalls: 0,
    };
  }

  #toRow(latest: readonly number[]): Row {
    const policies = this.#policies;
    const { sums } = this.#counts;
    const count = (counter: CounterName) => sums[COUNTER_INDEX[counter]] as number;
    const has = (member: 'retry' | 'timeout' | 'bulkhead' | 'fallback') =>
      policies.some((policy) => policy[member] !== undefined);
    const gauge = (read: (policy: PolicyMetrics) => CounterSeries | undefined) =>
      sumGauges(policies, read);
    const breaker = mergeBreakers(
      breakerStatusesOf(policies.flatMap((policy) => policy.controls())),
    );
    this.#breaker = withStableTimes(breaker, this.#breaker);
    return {
      name: this.#name,
      ...(this.#breaker && { breaker: this.#breaker }),
      latest,
      outcomes: sums.slice(0, OUTCOMES.length),
      active: gauge(({ execution }) => execution?.active),
      p50: this.#latency.percentile(0.5),
      p95: this.#latency.percentile(0.95),
      timedCalls: this.#latency.count,
      ...(has('retry') && {
        retry: {
          calls: count('retryCalls'),
          retries: count('retries'),
          exhausted: count('retryExhausted'),
        },
      }),
      ...(has('timeout') && {
        timeout: {
          calls: count('timeoutCalls'),
          timedOut: count('timedOut'),
          limit: longestTimeout(policies),
        },
      }),
      ...(has('bulkhead') && {
        bulkhead: {
          calls: count('bulkheadCalls'),
          rejected: count('bulkheadRejected'),
          active: gauge(({ bulkhead }) => bulkhead?.active),
          limit: gauge(({ bulkhead }) => bulkhead?.limit),
          queued: gauge(({ bulkhead }) => bulkhead?.queued),
          saturation: Number(((this.#saturation.sums[0] as number) / COUNT_STEPS).toFixed(3)),
        },
      }),
      ...(has('fallback') && {
        fallback: {
          calls: count('fallbackCalls'),
          used: count('fallbackUsed'),
          failed: count('fallbackFailed'),
        },
      }),
    };
  }
}

function sumGauges(
  policies: readonly PolicyMetrics[],
  read: (policy: PolicyMetrics) => CounterSeries | undefined,
): number {
  return policies.reduce((sum, policy) => sum + (read(policy)?.get(0) ?? 0), 0);
}

/** The share of bulkhead slots that are occupied now. */
function saturationOf(policies: readonly PolicyMetrics[]): number {
  const limit = sumGauges(policies, ({ bulkhead }) => bulkhead?.limit);
  return limit > 0 ? sumGauges(policies, ({ bulkhead }) => bulkhead?.active) / limit : 0;
}

function longestTimeout(policies: readonly PolicyMetrics[]): number | null {
  return policies.reduce<number | null>((longest, { timeout }) => {
    const limit = timeout?.limit.get(0) ?? Number.NaN;
    return Number.isNaN(limit) ? longest : Math.max(limit, longest ?? limit);
  }, null);
}

/** Without this, clock noise would make the row change at each step. */
function withStableTimes(
  breaker: RowBreaker | undefined,
  previous: RowBreaker | undefined,
): RowBreaker | undefined {
  if (!breaker || !previous || breaker.state !== previous.state) return breaker;
  const stable = (key: 'since' | 'nextProbeAt') => {
    const [time, previousTime] = [breaker[key], previous[key]];
    const isSame =
      time !== null && previousTime !== null && Math.abs(time - previousTime) < CLOCK_NOISE_MS;
    return isSame ? previousTime : time;
  };
  return { ...breaker, since: stable('since'), nextProbeAt: stable('nextProbeAt') };
}
