import { STATES_WORST_FIRST } from '../../semconv/attributes.ts';
import type { Limits, Row } from '../protocol/messages.ts';

/** Which documented limits a policy is beyond, and by what it is put before others. */
export type Limit =
  | 'errors'
  | 'latency'
  | 'retries'
  | 'timeouts'
  | 'rejections'
  | 'saturation'
  | 'fallbacks';

/** In the order of `OUTCOMES`: success, fallback, failure, rejected, timed out, cancelled, not handled. */
export function unanswered({ outcomes }: Row): number {
  const [, , failure = 0, rejected = 0, timedOut = 0] = outcomes;
  return failure + rejected + timedOut;
}

export function total({ outcomes }: Row): number {
  return outcomes.reduce((sum, count) => sum + count, 0);
}

/** Calls that count for availability: not those that the caller aborted, nor unhandled errors. */
export function answerable(row: Row): number {
  const [, , , , , cancelled = 0, notHandled = 0] = row.outcomes;
  return total(row) - cancelled - notHandled;
}

/** As the alert rules have it: above the limit, by so many events that they say something. */
export function exceededLimits(row: Row, limits: Limits): ReadonlySet<Limit> {
  const { retry, timeout, bulkhead, fallback } = row;
  const found = new Set<Limit>();
  const failed = unanswered(row);
  if (failed >= limits.errorsAtLeast && failed / answerable(row) > limits.errors) {
    found.add('errors');
  }
  if (row.timed >= limits.p95AtLeast && (row.p95 ?? 0) > limits.p95Seconds) found.add('latency');
  if (retry && retry.calls >= limits.retriesAtLeast) {
    if (retry.again / retry.calls > limits.retriesPerCall) found.add('retries');
  }
  if (timeout && timeout.timedOut >= limits.timeoutsAtLeast) {
    if (timeout.timedOut / timeout.calls > limits.timeouts) found.add('timeouts');
  }
  if (bulkhead && bulkhead.rejected >= limits.rejectionsAtLeast) {
    if (bulkhead.rejected / bulkhead.calls > limits.rejections) found.add('rejections');
  }
  if (bulkhead && bulkhead.saturation > limits.saturation) found.add('saturation');
  if (fallback && fallback.used >= limits.fallbacksAtLeast) {
    if (fallback.used / fallback.calls > limits.fallbacks) found.add('fallbacks');
  }
  return found;
}

/** The position of a row in the order of trouble: circuits that are not closed, exceeded limits, others. */
export function rank(row: Row, found: ReadonlySet<Limit>): number {
  const state = row.breaker?.state;
  if (state !== undefined && state !== 'closed') return STATES_WORST_FIRST.indexOf(state);
  return STATES_WORST_FIRST.length - (found.size > 0 ? 1 : 0);
}
