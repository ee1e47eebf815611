import { STATES_WORST_FIRST } from '../../semconv/attributes.ts';
import type { Limits, Row } from '../protocol/messages.ts';

/** The limits of alerts that a policy can exceed. */
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

/** The exceeded limits. Like the alert rules, a limit also needs a minimum number of events. */
export function exceededLimits(row: Row, limits: Limits): ReadonlySet<Limit> {
  const { retry, timeout, bulkhead, fallback } = row;
  const exceeded = new Set<Limit>();
  const failed = unanswered(row);
  if (failed >= limits.errorsAtLeast && failed / answerable(row) > limits.errors) {
    exceeded.add('errors');
  }
  if (row.timedCalls >= limits.p95AtLeast && (row.p95 ?? 0) > limits.p95Seconds)
    exceeded.add('latency');
  if (retry && retry.calls >= limits.retriesAtLeast) {
    if (retry.retries / retry.calls > limits.retriesPerCall) exceeded.add('retries');
  }
  if (timeout && timeout.timedOut >= limits.timeoutsAtLeast) {
    if (timeout.timedOut / timeout.calls > limits.timeouts) exceeded.add('timeouts');
  }
  if (bulkhead && bulkhead.rejected >= limits.rejectionsAtLeast) {
    if (bulkhead.rejected / bulkhead.calls > limits.rejections) exceeded.add('rejections');
  }
  if (bulkhead && bulkhead.saturation > limits.saturation) exceeded.add('saturation');
  if (fallback && fallback.used >= limits.fallbacksAtLeast) {
    if (fallback.used / fallback.calls > limits.fallbacks) exceeded.add('fallbacks');
  }
  return exceeded;
}

/** Orders rows by severity: circuits that are not closed, exceeded limits, others. */
export function severityRank(row: Row, exceeded: ReadonlySet<Limit>): number {
  const state = row.breaker?.state;
  if (state !== undefined && state !== 'closed') return STATES_WORST_FIRST.indexOf(state);
  return STATES_WORST_FIRST.length - (exceeded.size > 0 ? 1 : 0);
}
