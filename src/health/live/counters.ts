import { BULKHEAD_RESULT } from '../../aggregate/bulkhead.ts';
import type { Counts } from '../../aggregate/counts.ts';
import { FALLBACK_RESULT } from '../../aggregate/fallback.ts';
import { RETRY_RESULT } from '../../aggregate/retry.ts';
import type { Scope } from '../../aggregate/scope.ts';
import { TIMEOUT_RESULT } from '../../aggregate/timeout.ts';
import { FALLBACK_TYPES } from '../../semconv/attributes.ts';

/** Where each counter stands in the list of all, behind the outcomes. */
export const AT = {
  retryCalls: 6,
  retryAgain: 7,
  retryExhausted: 8,
  timeoutCalls: 9,
  timedOut: 10,
  bulkheadCalls: 11,
  bulkheadRejected: 12,
  fallbackCalls: 13,
  fallbackUsed: 14,
  fallbackFailed: 15,
} as const;
export const WIDTH = 16;

/** All counters of a scope since the beginning. */
export function countsOf({ execution, retry, timeout, bulkhead, fallback }: Scope): number[] {
  const all = new Array<number>(WIDTH).fill(0);
  if (execution) {
    const { values } = execution.outcomes;
    for (let outcome = 0; outcome < values.length; outcome++) add(all, outcome, values[outcome]);
  }
  if (retry) {
    add(all, AT.retryCalls, sum(retry.calls));
    add(all, AT.retryAgain, sum(retry.attempts));
    add(all, AT.retryExhausted, retry.calls.get(RETRY_RESULT.exhausted));
  }
  if (timeout) {
    add(all, AT.timeoutCalls, sum(timeout.calls));
    add(all, AT.timedOut, timeout.calls.get(TIMEOUT_RESULT.timed_out));
  }
  if (bulkhead) {
    add(all, AT.bulkheadCalls, sum(bulkhead.calls));
    add(all, AT.bulkheadRejected, bulkhead.calls.get(BULKHEAD_RESULT.rejected));
  }
  if (fallback) {
    add(all, AT.fallbackCalls, sum(fallback.calls));
    add(all, AT.fallbackUsed, sumOfTypes(fallback.calls, FALLBACK_RESULT.used));
    add(all, AT.fallbackFailed, sumOfTypes(fallback.calls, FALLBACK_RESULT.failed));
  }
  return all;
}

function add(all: number[], index: number, value = 0): void {
  all[index] = (all[index] as number) + value;
}

/** `NaN` stands where a series does not exist. */
function sum({ values }: Counts, from = 0, to = values.length): number {
  let total = 0;
  for (let index = from; index < to; index++) {
    const value = values[index] as number;
    if (!Number.isNaN(value)) total += value;
  }
  return total;
}

function sumOfTypes(counts: Counts, result: number): number {
  return sum(counts, result * FALLBACK_TYPES.length, (result + 1) * FALLBACK_TYPES.length);
}
