import { BULKHEAD_RESULT } from '../../metrics/bulkhead.ts';
import type { CounterSeries } from '../../metrics/counter-series.ts';
import { FALLBACK_RESULT } from '../../metrics/fallback.ts';
import type { PolicyMetrics } from '../../metrics/policy-metrics.ts';
import { RETRY_RESULT } from '../../metrics/retry.ts';
import { TIMEOUT_RESULT } from '../../metrics/timeout.ts';
import { FALLBACK_TYPES, OUTCOMES } from '../../semconv/attributes.ts';

const NAMES = [
  'retryCalls',
  'retries',
  'retryExhausted',
  'timeoutCalls',
  'timedOut',
  'bulkheadCalls',
  'bulkheadRejected',
  'fallbackCalls',
  'fallbackUsed',
  'fallbackFailed',
] as const;

export type CounterName = (typeof NAMES)[number];

/** The index of each counter in the list of all counters, which begins with the outcomes. */
export const COUNTER_INDEX = Object.fromEntries(
  NAMES.map((name, index) => [name, OUTCOMES.length + index]),
) as Readonly<Record<CounterName, number>>;
export const COUNTER_COUNT = OUTCOMES.length + NAMES.length;

/** The values of all counters of a policy. */
export function readCounters({
  execution,
  retry,
  timeout,
  bulkhead,
  fallback,
}: PolicyMetrics): number[] {
  const counters = new Array<number>(COUNTER_COUNT).fill(0);
  const add = (index: number, value = 0) => {
    counters[index] = (counters[index] as number) + value;
  };
  if (execution) {
    const { values } = execution.outcomes;
    for (let outcome = 0; outcome < values.length; outcome++) add(outcome, values[outcome]);
  }
  if (retry) {
    add(COUNTER_INDEX.retryCalls, sum(retry.calls));
    add(COUNTER_INDEX.retries, sum(retry.attempts));
    add(COUNTER_INDEX.retryExhausted, retry.calls.get(RETRY_RESULT.exhausted));
  }
  if (timeout) {
    add(COUNTER_INDEX.timeoutCalls, sum(timeout.calls));
    add(COUNTER_INDEX.timedOut, timeout.calls.get(TIMEOUT_RESULT.timed_out));
  }
  if (bulkhead) {
    add(COUNTER_INDEX.bulkheadCalls, sum(bulkhead.calls));
    add(COUNTER_INDEX.bulkheadRejected, bulkhead.calls.get(BULKHEAD_RESULT.rejected));
  }
  if (fallback) {
    add(COUNTER_INDEX.fallbackCalls, sum(fallback.calls));
    add(COUNTER_INDEX.fallbackUsed, sumOfTypes(fallback.calls, FALLBACK_RESULT.used));
    add(COUNTER_INDEX.fallbackFailed, sumOfTypes(fallback.calls, FALLBACK_RESULT.failed));
  }
  return counters;
}

/** Ignores `NaN`, the value of a series that does not exist. */
function sum({ values }: CounterSeries, from = 0, to = values.length): number {
  let total = 0;
  for (let index = from; index < to; index++) {
    const value = values[index] as number;
    if (!Number.isNaN(value)) total += value;
  }
  return total;
}

function sumOfTypes(counter: CounterSeries, result: number): number {
  return sum(counter, result * FALLBACK_TYPES.length, (result + 1) * FALLBACK_TYPES.length);
}
