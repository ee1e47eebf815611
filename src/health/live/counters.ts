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

/** All counters since the beginning, summed over the scopes. */
export function countsOf(scopes: readonly Scope[]): number[] {
  const all = new Array<number>(WIDTH).fill(0);
  const add = (index: number, value = 0) => {
    all[index] = (all[index] as number) + value;
  };
  for (const { execution, retry, timeout, bulkhead, fallback } of scopes) {
    execution?.outcomes.values.forEach((value, outcome) => {
      add(outcome, value);
    });
    add(AT.retryCalls, sum(retry?.calls));
    add(AT.retryAgain, sum(retry?.attempts));
    add(AT.retryExhausted, retry?.calls.get(RETRY_RESULT.exhausted));
    add(AT.timeoutCalls, sum(timeout?.calls));
    add(AT.timedOut, timeout?.calls.get(TIMEOUT_RESULT.timed_out));
    add(AT.bulkheadCalls, sum(bulkhead?.calls));
    add(AT.bulkheadRejected, bulkhead?.calls.get(BULKHEAD_RESULT.rejected));
    add(AT.fallbackCalls, sum(fallback?.calls));
    add(AT.fallbackUsed, sumOfTypes(fallback?.calls, FALLBACK_RESULT.used));
    add(AT.fallbackFailed, sumOfTypes(fallback?.calls, FALLBACK_RESULT.failed));
  }
  return all;
}

/** `NaN` stands where a series does not exist. */
function sum(counts: Counts | undefined, from = 0, to?: number): number {
  const values = counts?.values.slice(from, to) ?? [];
  return values.reduce((total, value) => (Number.isNaN(value) ? total : total + value), 0);
}

function sumOfTypes(counts: Counts | undefined, result: number): number {
  return sum(counts, result * FALLBACK_TYPES.length, (result + 1) * FALLBACK_TYPES.length);
}
