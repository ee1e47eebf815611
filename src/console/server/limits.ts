import { LIMITS } from '../../presets/thresholds.ts';
import type { Limits } from '../protocol/messages.ts';

/** With fewer calls, the 95th percentile is the slowest call. */
const TIMED_AT_LEAST = Math.round(1 / (1 - LIMITS.latency.quantile));

/** Scales the number of events that an alert needs to the shorter window of the page. */
const scale = (atLeast: number, windowSeconds: number, seconds: number) =>
  Math.ceil((atLeast * seconds) / windowSeconds);

/**
 * The limits of alerts, for the windows of the page.
 *
 * @param latencySeconds the window of percentiles
 * @param countSeconds the window of ratios
 */
export function resolveLimits(latencySeconds: number, countSeconds: number): Limits {
  const { latency, timeouts, bulkheadRejections, bulkheadSaturation, fallbacks } = LIMITS;
  const { retryAmplification, errors, budgetBurn } = LIMITS;
  return {
    p95Seconds: latency.seconds,
    p95AtLeast: Math.max(
      TIMED_AT_LEAST,
      scale(latency.atLeast, latency.windowSeconds, latencySeconds),
    ),
    timeouts: timeouts.ratio,
    timeoutsAtLeast: timeouts.atLeast,
    rejections: bulkheadRejections.ratio,
    rejectionsAtLeast: bulkheadRejections.atLeast,
    saturation: bulkheadSaturation.ratio,
    fallbacks: fallbacks.ratio,
    fallbacksAtLeast: fallbacks.atLeast,
    retriesPerCall: retryAmplification.perCall,
    retriesAtLeast: scale(
      retryAmplification.atLeast,
      retryAmplification.windowSeconds,
      countSeconds,
    ),
    errors: errors.ratio,
    errorsAtLeast: budgetBurn.atLeast,
  };
}
