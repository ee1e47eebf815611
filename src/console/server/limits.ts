import { LIMITS } from '../../presets/thresholds.ts';
import type { Limits } from '../protocol/messages.ts';

/** The 95th percentile of fewer is the slowest of them. */
const TIMED_AT_LEAST = Math.round(1 / (1 - LIMITS.latency.quantile));

/** Of a rule's window so much is looked at here. */
const share = (atLeast: number, windowSeconds: number, seconds: number) =>
  Math.ceil((atLeast * seconds) / windowSeconds);

/**
 * @param durationSeconds how far back percentiles look
 * @param countSeconds how far back shares look
 */
export function limitsFor(durationSeconds: number, countSeconds: number): Limits {
  const { latency, timeouts, bulkheadRejections, bulkheadSaturation, fallbacks } = LIMITS;
  const { retryAmplification, errors, budgetBurn } = LIMITS;
  return {
    p95Seconds: latency.seconds,
    p95AtLeast: Math.max(
      TIMED_AT_LEAST,
      share(latency.atLeast, latency.windowSeconds, durationSeconds),
    ),
    timeouts: timeouts.ratio,
    timeoutsAtLeast: timeouts.atLeast,
    rejections: bulkheadRejections.ratio,
    rejectionsAtLeast: bulkheadRejections.atLeast,
    saturation: bulkheadSaturation.ratio,
    fallbacks: fallbacks.ratio,
    fallbacksAtLeast: fallbacks.atLeast,
    retriesPerCall: retryAmplification.perCall,
    retriesAtLeast: share(
      retryAmplification.atLeast,
      retryAmplification.windowSeconds,
      countSeconds,
    ),
    errors: errors.ratio,
    errorsAtLeast: budgetBurn.atLeast,
  };
}
